import LinearAlgebra
import Learning
import ModelFormats

/// Exports a policy to a file and proves that the file holds it.
public struct PolicyExport: Sendable, Equatable {
  /// The formats that a policy can be exported in.
  public enum Format: String, Sendable, CaseIterable {
    case safetensors
  }

  /// The file.
  public let file: String
  /// Its format.
  public let format: Format
  /// The SHA-256 of its bytes, in hexadecimal.
  public let digest: String
  /// The largest difference between the outputs of the policy and of the file read back, over test observations.
  public let maximumDifference: Float

  /// Writes the file, reads it back and compares the outputs on 256 random observations.
  public init(_ policy: Policy, format: Format, to path: String) throws {
    switch format {
    case .safetensors: try policy.write(to: path)
    }
    file = path
    self.format = format
    digest = sha256(of: try AtomicFile.read(path))
    maximumDifference = Self.difference(policy, try Policy(contentsOf: path))
  }

  /// The export as JSON.
  public var json: JSONValue {
    [
      "file": .string(file), "format": .string(format.rawValue), "sha256": .string(digest),
      "max_difference": JSONValue(maximumDifference),
    ]
  }

  /// The export for people.
  public var text: String {
    "\(file)\nsha256 \(digest)\nread back: outputs differ by at most \(JSONValue(maximumDifference).text())\n"
  }

  /// The largest difference of two policies' values on observations spread over the range seen in training.
  private static func difference(_ first: Policy, _ second: Policy) -> Float {
    let rows = 256
    let observations = Matrix(rows: rows, columns: first.shape.observationSize)
    var stream = RandomStream(seed: 0, purpose: .test)
    for row in 0..<rows {
      for column in 0..<observations.columns {
        let deviation = first.normalizer.deviations[column]
        observations[row, column] = first.normalizer.means[column] + deviation * (stream.uniform() * 6 - 3)
      }
    }
    let outputs = [first, second].map { policy in
      let values = Matrix(rows: rows, columns: policy.shape.choiceCount)
      PolicyRunner(policy, maximumBatch: rows).qValues(observations: observations.view, into: values.view)
      return values.elements
    }
    guard outputs[0].count == outputs[1].count else { return .infinity }
    return zip(outputs[0], outputs[1]).map { abs($0 - $1) }.max() ?? 0
  }
}
