#if Serving
  import ModelFormats
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
      var json = "{\"model_name\":\"\(manifest.name)\",\"model_version\":\"\(manifest.version)\""
      if let id = request.id { json += ",\"id\":\(JSONValue.string(id).text())" }
      json += ",\"outputs\":["
      for (index, (output, isBinary)) in request.outputs.enumerated() {
        let (type, columns) =
          output == .action ? ("INT32", manifest.branchSizes.count) : ("FP32", manifest.choiceCount)
        if index > 0 { json += "," }
        json +=
          "{\"name\":\"\(output.rawValue)\",\"datatype\":\"\(type)\",\"shape\":[\(request.rows),\(columns)],"
        if isBinary {
          json += "\"parameters\":{\"binary_data_size\":\(request.rows * columns * 4)}}"
        } else {
          json += "\"data\":["
          switch output {
          case .action: Self.append(actions, to: &json)
          case .q: Self.append(q, to: &json)
          }
          json += "]}"
        }
      }
      json += "]}"
      let raw = request.outputs.filter(\.isBinary)
      var body = ByteBuffer()
      let rawSize = raw.reduce(0) { $0 + ($1.output == .q ? q.count : actions.count) * 4 }
      body.reserveCapacity(json.utf8.count + rawSize)
      body.writeString(json)
      for (output, _) in raw {
        switch output {
        case .action: actions.withUnsafeBytes { _ = body.writeBytes($0) }
        case .q: body.writeBytes(UnsafeRawBufferPointer(q))
        }
      }
      headerLength = raw.isEmpty ? nil : json.utf8.count
      self.body = body
    }

    /// Appends elements with commas between them.
    private static func append(_ elements: some Sequence<some CustomStringConvertible>, to json: inout String)
    {
      var isFirst = true
      for element in elements {
        if !isFirst { json += "," }
        isFirst = false
        json += element.description
      }
    }
  }
#endif
