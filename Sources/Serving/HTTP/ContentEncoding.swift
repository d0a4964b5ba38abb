#if Serving
  import CZlib
  import NIOCore

  /// How a request's body is compressed: `Content-Encoding` (RFC 9110, section 8.4).
  enum ContentEncoding {
    case identity
    /// RFC 1952, in one member or several.
    case gzip
    /// RFC 1950; some clients send bare RFC 1951, which is read as well.
    case deflate

    /// Reads a header's value; throws status 415 for what is not one of these, or several of them.
    init(_ value: String?) throws(ServingError) {
      let names = (value ?? "").lowercased().split(separator: ",").map {
        $0.drop { $0 == " " }.prefix { $0 != " " }
      }
      switch names.filter({ $0 != "identity" && !$0.isEmpty }) {
      case []: self = .identity
      case ["gzip"], ["x-gzip"]: self = .gzip
      case ["deflate"]: self = .deflate
      default:
        throw ServingError(
          415, "A body in '\(value ?? "")' is not read: send it as identity, gzip or deflate.")
      }
    }

    /// The body as it was before it was compressed.
    ///
    /// - Throws: status 413 where that has more than `limit` bytes, of which no more are ever made; 400 where it is damaged.
    func decoded(_ body: ByteBuffer, limit: Int) throws(ServingError) -> ByteBuffer {
      switch self {
      case .identity: return body
      case .gzip: return try Self.inflated(body, windowBits: 16 + MAX_WBITS, limit: limit)
      case .deflate:
        // The first two bytes of RFC 1950 are 8 in the low half of the first, and a multiple of 31 together.
        let start = body.getInteger(at: body.readerIndex, as: UInt16.self) ?? 0
        let isWrapped = start >> 8 & 0xF == 8 && start % 31 == 0
        return try Self.inflated(body, windowBits: isWrapped ? MAX_WBITS : -MAX_WBITS, limit: limit)
      }
    }

    private static func inflated(_ body: ByteBuffer, windowBits: Int32, limit: Int) throws(ServingError)
      -> ByteBuffer
    {
      var body = body
      // zlib's interface takes input without const; it only reads it.
      return try body.withUnsafeMutableReadableBytes { input throws(ServingError) in
        var stream = z_stream()
        guard apportion_inflate_init(&stream, windowBits) == Z_OK else {
          throw ServingError(500, "zlib cannot begin.")
        }
        defer { inflateEnd(&stream) }
        stream.next_in = input.bindMemory(to: UInt8.self).baseAddress
        stream.avail_in = UInt32(input.count)
        var output = ByteBuffer()
        var status = Z_OK
        while status != Z_STREAM_END {
          let room = min(64 << 10, limit + 1 - output.readableBytes)
          output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
            stream.next_out = space.bindMemory(to: UInt8.self).baseAddress
            stream.avail_out = UInt32(room)
            status = inflate(&stream, Z_NO_FLUSH)
            return room - Int(stream.avail_out)
          }
          guard output.readableBytes <= limit else {
            throw ServingError(413, "The body has more than \(limit) bytes once it is no longer compressed.")
          }
          guard status == Z_OK || status == Z_STREAM_END,
            status == Z_STREAM_END || stream.avail_in > 0 || stream.avail_out == 0
          else { throw .invalid("The compressed body is damaged or cut short.") }
          if status == Z_STREAM_END, stream.avail_in > 0 {
            guard windowBits > MAX_WBITS, inflateReset(&stream) == Z_OK else {
              throw .invalid("Something follows the compressed body.")
            }
            status = Z_OK
          }
        }
        return output
      }
    }
  }
#endif
