import CKernels
import LinearAlgebra
import Testing

/// The head's kernels beside sums in double precision, of sizes that fill vectors and that do not.
struct DuelingKernelsTests {
  /// A head of 5 choices per branch, one choice taken in each, and what lies below it.
  private struct Head {
    let n: Int
    let branches: Int
    let hidden, weights, biases, means, meanBiases, slopes: [Float]
    let choices: [Int32]

    init(n: Int, branches: Int) {
      self.n = n
      self.branches = branches
      var stream = RandomStream(seed: UInt64(n * 100 + branches), purpose: .test)
      func draw(_ count: Int) -> [Float] { (0..<count).map { _ in 2 * stream.uniform() - 1 } }
      hidden = draw(n)
      weights = draw((1 + 5 * branches) * n)
      biases = draw(1 + 5 * branches)
      means = draw(branches * n)
      meanBiases = draw(branches)
      slopes = draw(1 + branches)
      choices = (0..<branches).map { Int32(1 + 5 * $0 + Int(stream.nextWord() % 5)) }
    }

    func weight(_ output: Int, _ column: Int) -> Double { Double(weights[output * n + column]) }

    /// The state value, then the centred advantage of every branch's choice.
    var values: [Double] {
      let state = (0..<n).reduce(Double(biases[0])) { $0 + Double(hidden[$1]) * weight(0, $1) }
      return [state]
        + (0..<branches).map { branch in
          let output = Int(choices[branch])
          return (0..<n).reduce(Double(biases[output]) - Double(meanBiases[branch])) {
            $0 + Double(hidden[$1]) * (weight(output, $1) - Double(means[branch * n + $1]))
          }
        }
    }
  }

  private static let sizes = [(1, 1), (5, 3), (16, 4), (33, 5), (40, 9), (64, 1), (256, 8)]

  @Test(arguments: sizes) func valuesAreThoseOfSums(n: Int, branches: Int) {
    let head = Head(n: n, branches: branches)
    var values = [Float](repeating: .nan, count: 1 + branches)
    ck_dueling_values(
      head.hidden, n, head.weights, head.biases, head.means, head.meanBiases, head.choices, branches, &values)
    for (value, expected) in zip(values, head.values) { #expect(abs(Double(value) - expected) < 1e-5) }
  }

  @Test(arguments: sizes) func theSumIsThatOfTheValues(n: Int, branches: Int) {
    let head = Head(n: n, branches: branches)
    let share = 1 / Float(branches)
    var base = Array(head.weights[..<n])
    for branch in 0..<branches {
      for column in 0..<n { base[column] -= share * head.means[branch * n + column] }
    }
    let sum = ck_dueling_sum(
      head.hidden, n, head.weights, head.biases, base, head.biases[0] - share * head.meanBiases.reduce(0, +),
      share, head.choices, branches)
    let expected = head.values[0] + Double(share) * head.values[1...].reduce(0, +)
    #expect(abs(Double(sum) - expected) < 1e-5)
  }

  @Test(arguments: sizes) func gradientsAreThoseOfSums(n: Int, branches: Int) {
    let head = Head(n: n, branches: branches)
    var weights = [Float](repeating: 1, count: head.weights.count)
    var biases = [Float](repeating: 1, count: head.biases.count)
    var (below, belowAlone) = ([Float](repeating: .nan, count: n), [Float](repeating: .nan, count: n))
    ck_dueling_backward(
      head.hidden, n, head.weights, head.means, head.choices, branches, head.slopes, &weights, &biases, &below
    )
    ck_dueling_backward(
      head.hidden, n, head.weights, head.means, head.choices, branches, head.slopes, nil, nil, &belowAlone)
    for output in biases.indices {
      let branch = head.choices.firstIndex(of: Int32(output))
      let slope = output == 0 ? head.slopes[0] : branch.map { head.slopes[1 + $0] } ?? 0
      #expect(abs(biases[output] - (1 + slope)) < 1e-6)
      for column in 0..<n {
        #expect(abs(weights[output * n + column] - (1 + slope * head.hidden[column])) < 1e-6)
      }
    }
    for column in 0..<n {
      let expected = (0..<branches).reduce(Double(head.slopes[0]) * head.weight(0, column)) { sum, branch in
        let centred = head.weight(Int(head.choices[branch]), column) - Double(head.means[branch * n + column])
        return sum + Double(head.slopes[1 + branch]) * centred
      }
      #expect(abs(Double(below[column]) - expected) < 1e-5)
      #expect(below[column] == belowAlone[column])
    }
  }

  @Test(arguments: [(1, 0), (2, 1), (7, 1), (16, 1), (16, 0), (37, 1)])
  func valuesOfChoicesAreCentredAndTakeThePrior(n: Int, centres: Int32) {
    var stream = RandomStream(seed: UInt64(n), purpose: .test)
    func draw() -> [Float] { (0..<n).map { _ in 2 * stream.uniform() - 1 } }
    let (raw, prior, scale, offset) = (draw(), draw(), draw(), draw())
    let mean = centres == 1 ? raw.reduce(0) { $0 + Double($1) } / Double(n) : 0
    var (plain, guided) = (raw, raw)
    ck_choice_values(&plain, n, centres, 0.5, nil, nil, nil)
    ck_choice_values(&guided, n, centres, 0.5, prior, scale, offset)
    for index in 0..<n {
      let expected = 0.5 + Double(raw[index]) - mean
      #expect(abs(Double(plain[index]) - expected) < 1e-6)
      let added = Double(prior[index]) * Double(scale[index]) + Double(offset[index])
      #expect(abs(Double(guided[index]) - (expected + added)) < 1e-6)
    }
  }
}
