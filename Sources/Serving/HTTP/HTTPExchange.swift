#if Serving
  import Documents
  import Foundation
  import PolicyFormats
  import NIOCore
  import NIOHTTP1

  /// A whole request.
  struct HTTPRequest: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    /// When its last byte was read.
    let arrival: ContinuousClock.Instant

    /// The path without the query, of an absolute target (`http://host/path`) too.
    var path: Substring.UTF8View {
      var target = head.uri[...]
      if target.utf8.first != UInt8(ascii: "/"), let scheme = target.range(of: "://") {
        target = target[scheme.upperBound...]
        target = target.firstIndex(of: "/").map { target[$0...] } ?? ""
      }
      return target.utf8.prefix { $0 != UInt8(ascii: "?") }
    }

    /// What to do: HEAD asks what GET does.
    var method: HTTPMethod { head.method == .HEAD ? .GET : head.method }

    /// The body, no longer compressed; throws status 413, 415 or 400.
    func decodedBody(limit: Int) throws(ServingError) -> ByteBuffer {
      try encoding.decoded(body, limit: limit)
    }

    /// How the body is compressed; throws status 415.
    var encoding: ContentEncoding {
      get throws(ServingError) { try ContentEncoding(head.headers.first(name: "content-encoding")) }
    }
  }

  /// What a request is answered with.
  struct HTTPReply: Sendable {
    var status = 200
    var contentType = "application/json"
    /// The bytes of JSON in front of raw tensors.
    var inferenceHeaderLength: Int?
    var body: ByteBuffer

    /// Answers with a body.
    init(_ body: ByteBuffer, contentType: String, inferenceHeaderLength: Int? = nil) {
      self.body = body
      self.contentType = contentType
      self.inferenceHeaderLength = inferenceHeaderLength
    }

    /// Answers with a document.
    init(_ document: JSONValue, status: Int = 200) {
      self.status = status
      body = ByteBuffer(string: document.text())
    }

    /// Answers with what went wrong; what is no `ServingError` is the server's own fault.
    init(_ error: any Error) {
      let error = error as? ServingError ?? ServingError(500, "The server failed: \(error).")
      self.init(["error": .string(error.description)], status: error.status)
    }
  }
#endif
