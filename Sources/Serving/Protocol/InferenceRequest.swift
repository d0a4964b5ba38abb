import Documents
import PolicyFormats

/// A request for actions, read from the body of the Open Inference Protocol's `infer`: JSON, or JSON and raw tensors
/// behind it (the binary tensor data extension).
///
/// The protocol: <https://kserve.github.io/website/latest/modelserving/data_plane/v2_protocol/>; the extension:
/// <https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md>.
package struct InferenceRequest: Sendable {
  /// What comes out.
  package enum Output: String, Sendable, CaseIterable {
    /// The chosen levels.
    case action
    /// The value of every choice.
    case q
  }

  /// What the client calls the request; the response repeats it.
  package let id: String?
  /// The number of observations.
  package let rows: Int
  /// Rows × observation size, raw.
  package let observations: [Float]
  /// Rows × choice count, 0 where a level is not allowed; nil allows all.
  package let mask: [UInt8]?
  /// What each row's choices may cost together; nil for no limit.
  package let budgets: [Float]?
  /// Rows × choice count: what each choice costs; nil for the levels of the action ladder.
  package let costs: [Float]?
  /// What the response holds, in order, and whether as raw bytes.
  package let outputs: [(output: Output, isBinary: Bool)]

  /// Reads a request.
  ///
  /// - Parameters:
  ///   - body: the body's bytes.
  ///   - headerLength: the bytes of JSON, where raw tensors follow them: the header `Inference-Header-Content-Length`.
  ///   - manifest: what the model reads and writes.
  ///   - rowLimit: the most rows of one request.
  /// - Throws: a `ServingError` of status 400.
  package init(
    _ body: UnsafeRawBufferPointer, headerLength: Int?, manifest: ModelManifest, rowLimit: Int
  ) throws(ServingError) {
    let parts = try requestParts(of: body, headerLength: headerLength, Parts.init(json:raw:))
    guard let observation = parts.inputs["observation"] else {
      throw .invalid("The request needs the input 'observation'.")
    }
    id = parts.id
    observations = try observation.floats(
      columns: manifest.observationSize, names: manifest.observationNames)
    rows = observations.count / manifest.observationSize
    guard rows <= rowLimit else {
      throw .invalid("The request has \(rows) rows, more than the \(rowLimit) of a batch.")
    }
    mask = try parts.inputs["mask"]?.booleans(rows: rows, columns: manifest.choiceCount)
    budgets = try parts.inputs["budget"]?.floats(rows: rows)
    costs = try parts.inputs["cost"]?.floats(rows: rows, columns: manifest.choiceCount)
    guard costs == nil || budgets != nil else { throw .invalid("The input 'cost' needs the input 'budget'.") }
    outputs = parts.outputs
  }
}

/// The members of a request's document that count.
private struct Parts {
  var id: String?
  var inputs: [String: InputTensor] = [:]
  /// Those that are asked for; all where none is named.
  private(set) var outputs: [(InferenceRequest.Output, Bool)] = []

  init(json: UnsafeRawBufferPointer, raw: UnsafeRawBufferPointer) throws {
    var scanner = JSONScanner(json, depthLimit: 16, memberLimit: 100)
    var raw = raw
    var isBinary = false
    var named: [(output: InferenceRequest.Output, isBinary: Bool?)] = []
    var object = try scanner.object()
    while let key = try scanner.key(in: &object) {
      switch key {
      case "id": id = try scanner.scalar()?.string
      case "inputs":
        var list = try scanner.array()
        while try scanner.next(in: &list) { try add(InputTensor(&scanner, raw: &raw)) }
      case "outputs":
        var list = try scanner.array()
        while try scanner.next(in: &list) {
          let entry = try Self.output(&scanner)
          guard !named.contains(where: { $0.output == entry.output }) else {
            throw ServingError.invalid("The output '\(entry.output)' stands twice in the request.")
          }
          named.append(entry)
        }
      case "parameters": isBinary = try scanner.parameter("binary_data_output") == .boolean(true)
      default: try scanner.skip()
      }
    }
    try scanner.end()
    guard raw.isEmpty else { throw ServingError.invalid("\(raw.count) raw bytes belong to no input.") }
    outputs =
      named.isEmpty
      ? InferenceRequest.Output.allCases.map { ($0, isBinary) } : named.map { ($0, $1 ?? isBinary) }
  }

  private mutating func add(_ tensor: InputTensor) throws(ServingError) {
    guard ["observation", "mask", "budget", "cost"].contains(tensor.name) else {
      throw .invalid("There is no input '\(tensor.name)': there are observation, mask, budget and cost.")
    }
    guard inputs.updateValue(tensor, forKey: tensor.name) == nil else {
      throw .invalid("The input '\(tensor.name)' stands twice in the request.")
    }
  }

  private static func output(
    _ scanner: inout JSONScanner
  ) throws -> (output: InferenceRequest.Output, isBinary: Bool?) {
    var (name, choice) = ("", JSONValue?.none)
    var object = try scanner.object()
    while let key = try scanner.key(in: &object) {
      switch key {
      case "name": name = try scanner.string()
      case "parameters": choice = try scanner.parameter("binary_data")
      default: try scanner.skip()
      }
    }
    guard let output = InferenceRequest.Output(rawValue: name) else {
      throw ServingError.invalid("There is no output '\(name)': there are action and q.")
    }
    return (output, choice.map { $0 == .boolean(true) })
  }
}

extension JSONScanner {
  /// Reads an object and returns one of its members, where that is no array or object.
  mutating func parameter(_ name: String) throws(JSONError) -> JSONValue? {
    var value: JSONValue?
    var object = try object()
    while let key = try key(in: &object) {
      if key == name { value = try scalar() } else { try skip() }
    }
    return value
  }

  /// Reads a value and returns it where it is no array or object.
  mutating func scalar() throws(JSONError) -> JSONValue? {
    switch kind() {
    case .array, .object:
      try skip()
      return nil
    default: return try value()
    }
  }
}
