#if Serving
  import Documents
  import PolicyFormats
  import NIOCore

  /// The answer to an `InferenceRequest`, written in JSON or in JSON and raw tensors behind it.
  struct InferenceResponse {
    /// The body's bytes.
    let body: ByteBuffer
    /// The bytes of JSON in front of raw tensors; nil where there are none.
    let headerLength: Int?

    /// Writes an answer.
    ///
    /// - Parameters:
    ///   - request: what was asked.
    ///   - manifest: the model that answers.
    ///   - actions: rows × branches.
    ///   - q: rows × choice count.
    init(
      to request: InferenceRequest, from manifest: ModelManifest, actions: [Int32],
      q: UnsafeBufferPointer<Float>
    ) {
      var body = ByteBuffer()
      body.reserveCapacity(512 + 4 * (actions.count + q.count))
      body.writeString("{\"model_name\":\"\(manifest.name)\",\"model_version\":\"\(manifest.version)\"")
      if let id = request.id { body.writeString(",\"id\":\(JSONValue.string(id).text())") }
      body.writeString(",\"outputs\":[")
      for (index, (output, isBinary)) in request.outputs.enumerated() {
        let (type, columns) =
          output == .action ? ("INT32", manifest.branchSizes.count) : ("FP32", manifest.choiceCount)
        if index > 0 { body.writeString(",") }
        body.writeString(
          "{\"name\":\"\(output.rawValue)\",\"datatype\":\"\(type)\",\"shape\":[\(request.rows),\(columns)],")
        if isBinary {
          body.writeString("\"parameters\":{\"binary_data_size\":\(request.rows * columns * 4)}}")
        } else {
          body.writeString("\"data\":[")
          switch output {
          case .action: Self.append(actions, to: &body)
          case .q: Self.append(q, to: &body)
          }
          body.writeString("]}")
        }
      }
      body.writeString("]}")
      let raw = request.outputs.filter(\.isBinary)
      headerLength = raw.isEmpty ? nil : body.readableBytes
      for (output, _) in raw {
        switch output {
        case .action: actions.withUnsafeBytes { _ = body.writeBytes($0) }
        case .q: body.writeBytes(UnsafeRawBufferPointer(q))
        }
      }
      self.body = body
    }

    /// No Int32 and no Float is longer, with the comma behind it.
    private static let longestNumber = 24

    /// Appends numbers with commas between them, straight into the buffer's memory.
    private static func append<Number: CustomStringConvertible>(
      _ numbers: some Collection<Number>, to body: inout ByteBuffer
    ) {
      body.writeWithUnsafeMutableBytes(minimumWritableBytes: numbers.count * longestNumber) { space in
        var written = 0
        for number in numbers {
          var text = number.description
          text.withUTF8 { digits in
            UnsafeMutableRawBufferPointer(rebasing: space[written...]).copyMemory(from: .init(digits))
            written += digits.count
          }
          space[written] = UInt8(ascii: ",")
          written += 1
        }
        return max(written - 1, 0)
      }
    }
  }
#endif
