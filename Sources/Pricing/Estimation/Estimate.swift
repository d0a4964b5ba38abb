/// A fitted model: coefficients with their uncertainty.
public struct Estimate: Sendable, Equatable {
  /// A name per coefficient.
  public let names: [String]
  /// The coefficients.
  public let coefficients: [Double]
  /// The coefficients' standard errors.
  public let standardErrors: [Double]
  /// The logarithm of the likelihood at the fit.
  public let logLikelihood: Double
  /// The number of observations.
  public let observations: Int

  /// Gathers a fit; there is a name and a standard error per coefficient.
  public init(
    names: [String], coefficients: [Double], standardErrors: [Double], logLikelihood: Double,
    observations: Int
  ) {
    precondition(
      names.count == coefficients.count && names.count == standardErrors.count,
      "A fit needs a name and a standard error per coefficient.")
    self.names = names
    self.coefficients = coefficients
    self.standardErrors = standardErrors
    self.logLikelihood = logLikelihood
    self.observations = observations
  }

  /// The coefficient of a name; nil where there is none.
  public subscript(name: String) -> Double? { names.firstIndex(of: name).map { coefficients[$0] } }
}
