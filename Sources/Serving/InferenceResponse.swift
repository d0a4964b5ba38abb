import ModelFormats

/// The answer to an `InferenceRequest`, written in JSON or in JSON and raw tensors behind it.
public struct InferenceResponse: Sendable {
  /// The body's bytes.
  public let body: [UInt8]
  /// The bytes of JSON in front of raw tensors; nil where there are none.
  public let headerLength: Int?

  /// Writes an answer.
  ///
  /// - Parameters:
  ///   - request: what was asked.
  ///   - manifest: the model that answers.
  ///   - actions: rows × branches.
  ///   - q: rows × choice count.
  public init(to request: InferenceRequest, from manifest: ModelManifest, actions: [Int32], q: [Float]) {
    var json = Array("{\"model_name\":\"\(manifest.name)\",\"model_version\":\"\(manifest.version)\"".utf8)
    if let id = request.id { json += Array(",\"id\":\(JSONValue.string(id).text())".utf8) }
    json += Array(",\"outputs\":[".utf8)
    var raw: [UInt8] = []
    var hasRaw = false
    for (index, (output, isBinary)) in request.outputs.enumerated() {
      let (type, columns) =
        output == .action ? ("INT32", manifest.branchSizes.count) : ("FP32", manifest.choiceCount)
      json += Array(
        "\(index == 0 ? "" : ",")\(Self.description(output, type, request.rows, columns))".utf8)
      if isBinary {
        hasRaw = true
        let start = raw.count
        switch output {
        case .action: Self.append(actions, to: &raw)
        case .q: Self.append(q, to: &raw)
        }
        json += Array(",\"parameters\":{\"binary_data_size\":\(raw.count - start)}}".utf8)
      } else {
        json += Array(",\"data\":[".utf8)
        switch output {
        case .action: Self.append(actions, to: &json) { "\($0)" }
        case .q: Self.append(q, to: &json) { "\($0)" }
        }
        json += Array("]}".utf8)
      }
    }
    json += Array("]}".utf8)
    headerLength = hasRaw ? json.count : nil
    body = json + raw
  }

  private static func description(
    _ output: InferenceRequest.Output, _ type: String, _ rows: Int, _ columns: Int
  ) -> String {
    "{\"name\":\"\(output.rawValue)\",\"datatype\":\"\(type)\",\"shape\":[\(rows),\(columns)]"
  }

  /// Appends little-endian elements.
  private static func append<Element>(_ elements: [Element], to bytes: inout [UInt8]) {
    elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// Appends elements as a list.
  private static func append<Element>(
    _ elements: [Element], to bytes: inout [UInt8], _ text: (Element) -> String
  ) {
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: text(element).utf8)
    }
  }
}
