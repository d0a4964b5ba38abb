/// What rewards are multiplied with before they are learned from: 1 / their standard deviation.
struct RewardMoments {
  private var count = 0.0
  private var mean = 0.0
  private var squares = 0.0

  mutating func add(_ reward: Float) {
    // Fixed once the warm-up has shown what rewards are like: values must not change their unit.
    guard count < 5000 else { return }
    count += 1
    let difference = Double(reward) - mean
    mean += difference / count
    squares += difference * (Double(reward) - mean)
  }

  var scale: Float { squares > 0 ? Float(1 / (squares / count).squareRoot()) : 1 }
}
