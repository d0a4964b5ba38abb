/// The text of NVIDIA Triton's `config.pbtxt`, of which one field is ours: which version is served.
///
/// Triton knows no labels; told nothing else it would serve the newest version, a canary too.
struct TritonConfiguration {
  /// The text, in protobuf's text format.
  let text: String

  private static let field = "version_policy"

  /// The one version that the policy names; nil where there is none, or several.
  var version: Int? {
    guard let range = policy else { return nil }
    let words = text[range].split { !($0.isLetter || $0.isNumber || $0 == "_") }
    guard words.count == 4, words[1] == "specific", words[2] == "versions" else { return nil }
    return Int(words[3])
  }

  /// The text with a policy to serve one version, or none; all else stays as it is.
  func serving(_ version: Int?) -> String {
    let policy = "\(Self.field): { specific: { versions: [ \(version.map { "\($0) " } ?? "")] } }"
    guard let range = self.policy else {
      return text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + policy + "\n"
    }
    return text.replacingCharacters(in: range, with: policy)
  }

  /// Where the field stands with its value; nil where it does not. Comments, strings and what lies deeper hold no field of ours.
  private var policy: Range<String.Index>? {
    var depth = 0
    var start: String.Index?
    var place = text.startIndex
    while place < text.endIndex {
      let next = text.index(after: place)
      switch text[place] {
      case "#": place = text[place...].firstIndex(where: \.isNewline) ?? text.endIndex
      case "\"", "'": place = end(ofStringAt: place)
      case "{", "<", "[":
        depth += 1
        place = next
      case "}", ">", "]":
        depth -= 1
        place = next
        if depth == 0, let start { return start..<next }
      case let letter where letter.isLetter || letter == "_":
        let end = text[place...].firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? text.endIndex
        if depth == 0, text[place..<end] == Self.field { start = place }
        place = end
      default: place = next
      }
    }
    return nil
  }

  private func end(ofStringAt start: String.Index) -> String.Index {
    var place = text.index(after: start)
    while place < text.endIndex, text[place] != text[start] {
      if text[place] == "\\" { place = text.index(after: place) }
      if place < text.endIndex { place = text.index(after: place) }
    }
    return place < text.endIndex ? text.index(after: place) : place
  }
}

extension String {
  /// The text with another in place of a range.
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + self[range.upperBound...]
  }
}

extension ModelManifest {
  /// NVIDIA Triton's `config.pbtxt` for the model's ONNX graph: requests are batched as they come.
  package var tritonConfiguration: String {
    if isWeaklyCoupled { return tritonChannels }
    return """
      name: "\(name)"
      platform: "onnxruntime_onnx"
      max_batch_size: 1024
      input [
        { name: "observation", data_type: TYPE_FP32, dims: [ \(observationSize) ] },
        { name: "mask", data_type: TYPE_BOOL, dims: [ \(choiceCount) ], optional: true }
      ]
      output [
        { name: "q", data_type: TYPE_FP32, dims: [ \(choiceCount) ] },
        { name: "action", data_type: TYPE_INT32, dims: [ \(branchSizes.count) ] }
      ]
      dynamic_batching: { max_queue_delay_microseconds: 0 }

      """
  }

  /// The same of a weakly coupled policy: channels of any number, and a scalar a row.
  private var tritonChannels: String {
    let levels = outputs.first?.shape.last ?? 0
    return """
      name: "\(name)"
      platform: "onnxruntime_onnx"
      max_batch_size: 1024
      input [
        { name: "observation", data_type: TYPE_FP32, dims: [ -1, \(observationSize) ] },
        { name: "log_money_price", data_type: TYPE_FP32, dims: [ 1 ], reshape: { shape: [ ] } }
      ]
      output [
        { name: "q", data_type: TYPE_FP32, dims: [ -1, \(levels) ] },
        { name: "spend_to_go", data_type: TYPE_FP32, dims: [ -1, \(levels) ] }
      ]

      """
  }
}
