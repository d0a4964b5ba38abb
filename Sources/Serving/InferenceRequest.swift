import ModelFormats

/// A request for actions, read from the body of the Open Inference Protocol's `infer`: JSON, or JSON and raw tensors
/// behind it (the binary tensor data extension).
///
/// The protocol: <https://kserve.github.io/website/latest/modelserving/data_plane/v2_protocol/>; the extension:
/// <https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md>.
public struct InferenceRequest: Sendable, Equatable {
  /// What comes out.
  public enum Output: String, Sendable, CaseIterable {
    /// The chosen levels.
    case action
    /// The value of every choice.
    case q
  }

  /// What the client calls the request; the response repeats it.
  public let id: String?
  /// The number of observations.
  public let rows: Int
  /// Rows × observation size, raw.
  public let observations: [Float]
  /// Rows × choice count, 0 where a level is not allowed; nil allows all.
  public let mask: [UInt8]?
  /// What each row's choices may cost together; nil for no limit.
  public let budgets: [Float]?
  /// Rows × choice count: what each choice costs; nil for the levels of the action ladder.
  public let costs: [Float]?
  /// What the response holds, in order, and whether as raw bytes.
  public let outputs: [(output: Output, isBinary: Bool)]

  /// Reads a request.
  ///
  /// - Parameters:
  ///   - body: the body's bytes.
  ///   - headerLength: the bytes of JSON, where raw tensors follow them: the header `Inference-Header-Content-Length`.
  ///   - manifest: what the model reads and writes.
  ///   - rowLimit: the most rows of one request.
  /// - Throws: a `ServingError` of status 400.
  public init(
    _ body: UnsafeRawBufferPointer, headerLength: Int?, manifest: ModelManifest, rowLimit: Int
  ) throws(ServingError) {
    let length = headerLength ?? body.count
    guard length >= 0, length <= body.count else {
      throw .invalid("Inference-Header-Content-Length is \(length) and the body has \(body.count) bytes.")
    }
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: body[..<length]), depthLimit: 16)
    } catch {
      throw .invalid("The request is not strict JSON: \(error)")
    }
    id = json["id"]?.string
    var reader = TensorReader(raw: UnsafeRawBufferPointer(rebasing: body[length...]))
    var tensors: [String: TensorReader.Tensor] = [:]
    for input in json["inputs"]?.array ?? [] {
      let tensor = try reader.tensor(input)
      guard ["observation", "mask", "budget", "cost"].contains(tensor.name) else {
        throw .invalid("There is no input '\(tensor.name)': there are observation, mask, budget and cost.")
      }
      guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
        throw .invalid("The input '\(tensor.name)' stands twice in the request.")
      }
    }
    try reader.finish()

    guard let observation = tensors["observation"] else {
      throw .invalid("The request needs the input 'observation'.")
    }
    observations = try observation.floats(columns: manifest.observationSize)
    rows = observations.count / manifest.observationSize
    guard rows <= rowLimit else {
      throw .invalid("The request has \(rows) rows, more than the \(rowLimit) of a batch.")
    }
    mask = try tensors["mask"]?.booleans(rows: rows, columns: manifest.choiceCount)
    budgets = try tensors["budget"]?.floats(rows: rows)
    costs = try tensors["cost"]?.floats(rows: rows, columns: manifest.choiceCount)
    guard costs == nil || budgets != nil else { throw .invalid("The input 'cost' needs the input 'budget'.") }
    outputs = try Self.outputs(json)
  }

  /// The outputs that are asked for; all where none is named.
  private static func outputs(_ json: JSONValue) throws(ServingError) -> [(Output, Bool)] {
    let isBinary = json["parameters"]?["binary_data_output"] == .boolean(true)
    guard let list = json["outputs"]?.array, !list.isEmpty else {
      return Output.allCases.map { ($0, isBinary) }
    }
    var outputs: [(Output, Bool)] = []
    for entry in list {
      let name = entry["name"]?.string ?? ""
      guard let output = Output(rawValue: name) else {
        throw .invalid("There is no output '\(name)': there are action and q.")
      }
      let choice = entry["parameters"]?["binary_data"]
      outputs.append((output, choice.map { $0 == .boolean(true) } ?? isBinary))
    }
    return outputs
  }

  /// Equality of all parts.
  public static func == (first: InferenceRequest, second: InferenceRequest) -> Bool {
    first.id == second.id && first.rows == second.rows && first.observations == second.observations
      && first.mask == second.mask && first.budgets == second.budgets && first.costs == second.costs
      && first.outputs.elementsEqual(second.outputs) { $0 == $1 }
  }
}
