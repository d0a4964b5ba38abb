import Applications
import Documents
import Learning
import PolicyFormats

/// Exports a policy to a file and proves that the file holds it.
package struct PolicyExport: Document {
  /// The file.
  package let file: String
  /// Its format.
  package let format: PolicyFormat
  /// The SHA-256 of its bytes, in hexadecimal.
  package let digest: String
  /// The largest difference between the values that the file's test vectors promise and those that the file read back
  /// computes, as a share of the largest value where that is above 1.
  package let maximumDifference: Float

  /// Writes the file with test vectors in it, reads it back and compares the outputs.
  ///
  /// - Throws: `InputError` where the format cannot hold the policy, the file cannot be written, or it computes something else
  ///   than the policy.
  package init(_ policy: TrainedPolicy, format: PolicyFormat, to path: String) throws {
    maximumDifference = try format.writeChecked(policy, to: path)
    guard maximumDifference <= 1e-4 else {
      throw InputError(
        .malformed, file: path,
        problem: "read back, its outputs differ by \(maximumDifference), which is our fault",
        remedy: "do not use it, and tell us")
    }
    file = path
    self.format = format
    digest = sha256(of: try AtomicFile.read(path))
  }

  private enum CodingKeys: String, CodingKey {
    case file, format
    case digest = "sha256"
    case maximumDifference = "maxDifference"
  }

  /// The export for people.
  package var text: String {
    "\(file)\nsha256 \(digest)\nread back: outputs differ by at most \(JSONValue(maximumDifference).text())\n"
  }
}
