import Documents
import Foundation

/// What buyers were offered and what they chose: for each purchase the attributes of every alternative.
///
/// `conditionalLogit` fits utilities that are a constant per alternative and a sum of coefficient · attribute (McFadden,
/// 1974): the market that `MultinomialLogit` prices.
public struct ChoiceObservations: Sendable, Equatable {
  /// The alternatives' names.
  public let alternatives: [String]
  /// The attributes' names, the price among them.
  public let attributes: [String]
  /// Purchases × alternatives × attributes.
  public let values: [Double]
  /// The number of the alternative that each purchase took.
  public let choices: [Int]

  /// Gathers observations.
  public init(alternatives: [String], attributes: [String], values: [Double], choices: [Int]) {
    precondition(
      alternatives.count > 1 && !choices.isEmpty, "Choices need two alternatives and one purchase at least.")
    precondition(
      values.count == choices.count * alternatives.count * attributes.count,
      "There must be a value per purchase, alternative and attribute.")
    precondition(choices.allSatisfy(alternatives.indices.contains), "A purchase took an unknown alternative.")
    self.alternatives = alternatives
    self.attributes = attributes
    self.values = values
    self.choices = choices
  }

  /// Fits the coefficients by Newton's method. O(steps · purchases · alternatives · coefficients²).
  ///
  /// - Parameter base: the alternative whose constant is 0.
  /// - Returns: the other alternatives' constants, then the attributes' coefficients.
  public func conditionalLogit(base: Int) throws(InputError) -> Estimate {
    precondition(alternatives.indices.contains(base), "The base must be one of the alternatives.")
    let others = alternatives.indices.filter { $0 != base }
    let names = others.map { alternatives[$0] } + attributes
    guard choices.count > names.count else {
      throw .tooFew(observations: choices.count, coefficients: names.count)
    }
    if let wrong = values.firstIndex(where: { !$0.isFinite }) {
      throw .value(
        column: attributes[wrong % attributes.count],
        observation: wrong / attributes.count / alternatives.count, values[wrong])
    }
    for other in alternatives.indices where !choices.contains(other) { throw .noOptimum }
    var coefficients = [Double](repeating: 0, count: names.count)
    var moments = Moments(count: names.count)
    for _ in 0..<100 {
      gather(into: &moments, coefficients: coefficients, others: others)
      let inverse = try NormalMatrix(moments.information, names: names)
      let step = inverse.solve(moments.slope)
      let gain = zip(step, moments.slope).reduce(0) { $0 + $1.0 * $1.1 }
      if gain < 1e-16 * Double(choices.count) {
        return Estimate(
          names: names, coefficients: coefficients, standardErrors: inverse.diagonal.map { $0.squareRoot() },
          logLikelihood: moments.logLikelihood, observations: choices.count)
      }
      guard step.allSatisfy({ abs($0) < 1e6 }) else { throw .noOptimum }
      // The likelihood is concave: a step that overshoots is halved until it gains.
      let before = moments.logLikelihood
      var length = 1.0
      var next = coefficients
      repeat {
        for index in next.indices { next[index] = coefficients[index] + length * step[index] }
        gather(into: &moments, coefficients: next, others: others)
        length /= 2
      } while moments.logLikelihood < before && length > 1e-6
      coefficients = next
    }
    throw .noOptimum
  }

  /// Adds up the log-likelihood, its slope and the information at some coefficients.
  private func gather(into moments: inout Moments, coefficients: [Double], others: [Int]) {
    let (count, width) = (alternatives.count, attributes.count)
    let size = coefficients.count
    moments.reset()
    var constants = [Double](repeating: 0, count: count)
    var place = [Int](repeating: -1, count: count)
    for (index, other) in others.enumerated() {
      constants[other] = coefficients[index]
      place[other] = index
    }
    var chances = [Double](repeating: 0, count: count)
    var mean = [Double](repeating: 0, count: size)
    var row = mean
    for (purchase, choice) in choices.enumerated() {
      let first = purchase * count * width
      for other in 0..<count {
        var utility = constants[other]
        for attribute in 0..<width {
          utility += coefficients[others.count + attribute] * values[first + other * width + attribute]
        }
        chances[other] = utility
      }
      let largest = chances.max() ?? 0
      let chosen = chances[choice] - largest
      var total = 0.0
      for other in 0..<count {
        chances[other] = exp(chances[other] - largest)
        total += chances[other]
      }
      moments.logLikelihood += chosen - log(total)
      for index in 0..<size { mean[index] = 0 }
      for other in 0..<count {
        let chance = chances[other] / total
        describe(other, first: first, place: place, into: &row)
        for left in 0..<size where row[left] != 0 {
          mean[left] += chance * row[left]
          for right in 0...left {
            moments.information[left * size + right] += chance * row[left] * row[right]
          }
          if other == choice { moments.slope[left] += row[left] }
        }
      }
      for left in 0..<size {
        moments.slope[left] -= mean[left]
        for right in 0...left { moments.information[left * size + right] -= mean[left] * mean[right] }
      }
    }
    for left in 0..<size {
      for right in 0..<left {
        moments.information[right * size + left] = moments.information[left * size + right]
      }
    }
  }

  /// Writes what multiplies each coefficient in an alternative's utility.
  private func describe(_ alternative: Int, first: Int, place: [Int], into row: inout [Double]) {
    let constants = row.count - attributes.count
    for index in 0..<constants { row[index] = place[alternative] == index ? 1 : 0 }
    for attribute in attributes.indices {
      row[constants + attribute] = values[first + alternative * attributes.count + attribute]
    }
  }
}

/// What Newton's method needs.
private struct Moments {
  var logLikelihood = 0.0
  var slope: [Double]
  var information: [Double]

  init(count: Int) {
    slope = [Double](repeating: 0, count: count)
    information = [Double](repeating: 0, count: count * count)
  }

  mutating func reset() {
    logLikelihood = 0
    for index in slope.indices { slope[index] = 0 }
    for index in information.indices { information[index] = 0 }
  }
}
