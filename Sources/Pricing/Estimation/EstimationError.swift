/// Why a demand model cannot be fitted to observations.
public enum EstimationError: Error, Equatable, CustomStringConvertible {
  /// There are fewer observations than coefficients.
  case tooFew(observations: Int, coefficients: Int)
  /// A number is not finite, or one that a logarithm is taken of is not positive.
  case value(column: String, observation: Int, Double)
  /// A column is a combination of others, as a price that never changes is of the constant.
  case collinear(column: String)
  /// Demand would rise with the price, which no policy could price.
  case wrongSign(column: String)
  /// The likelihood has no largest value, as where a product was never or always bought.
  case noOptimum

  /// One sentence that names the fault and how to mend it.
  public var description: String {
    switch self {
    case .tooFew(let observations, let coefficients):
      "\(observations) observations cannot fix \(coefficients) coefficients: give more of them."
    case .value(let column, let observation, let value):
      "Column '\(column)' has \(value) in observation \(observation): it must be finite, and positive where its "
        + "logarithm is taken."
    case .collinear(let column):
      "Column '\(column)' is a combination of the others (a price that never moved, for one): leave it out."
    case .wrongSign(let column):
      "Demand does not fall with '\(column)': the prices moved together with something else; add it to the model."
    case .noOptimum:
      "The likelihood has no largest value: some product was never bought, or some column decides all choices."
    }
  }
}

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
