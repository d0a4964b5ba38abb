/// Why a request is not answered with what it asked for, as an HTTP status and a sentence.
///
/// The statuses are those of NVIDIA Triton: 400 for what makes no sense, 404 for what is not there, 503 for what cannot
/// be served now.
package struct ServingError: Error, Equatable, CustomStringConvertible {
  /// The HTTP status.
  package let status: Int
  /// One sentence.
  package let description: String

  /// Joins a status and a sentence.
  package init(_ status: Int, _ description: String) {
    self.status = status
    self.description = description
  }

  /// The request makes no sense.
  static func invalid(_ description: String) -> ServingError { ServingError(400, description) }
  /// What the request names is not there.
  static func missing(_ description: String) -> ServingError { ServingError(404, description) }
  /// The server has too much to do, or the model is not ready.
  static func unavailable(_ description: String) -> ServingError { ServingError(503, description) }
}
