import Documents

/// Why a demand model cannot be fitted to observations.
extension InputError {
  static func tooFew(observations: Int, coefficients: Int) -> InputError {
    InputError(
      .invalid, problem: "\(observations) observations cannot fix \(coefficients) coefficients",
      remedy: "give more of them")
  }

  static func value(column: String, observation: Int, _ value: Double) -> InputError {
    .column(
      column, "has \(value) in observation \(observation)",
      "give finite numbers, and positive ones where the logarithm is taken")
  }

  /// A column is a combination of others, as a price that never changes is of the constant.
  static func collinear(column: String) -> InputError {
    .column(column, "is a combination of the others (a price that never moved, for one)", "leave it out")
  }

  /// Demand would rise with the price, which no policy could price.
  static func wrongSign(column: String) -> InputError {
    .column(
      column, "does not lower demand: the prices moved together with something else", "add that to the model")
  }

  /// The likelihood has no largest value, as where a product was never or always bought.
  static var noOptimum: InputError {
    InputError(
      .invalid, problem: "the likelihood has no largest value",
      remedy: "leave out products never bought and columns that decide all choices")
  }

  private static func column(_ name: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(.invalid, key: "column '\(name)'", problem: problem, remedy: remedy)
  }
}
