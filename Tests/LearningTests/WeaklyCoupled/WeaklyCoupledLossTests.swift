import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct WeaklyCoupledLossTests {
  /// A replay of random rows and a batch sampled from it.
  private func sampled() -> (PricedReplay, WeaklyCoupledBatch, WeaklyCoupledShape) {
    let shape = WeaklyCoupledShape(columns: ChannelColumns(features: 3, levels: 4), hidden: [5])
    let replay = PricedReplay(passes: 1, steps: 3, lanes: 4, channels: 2, columns: shape.columns.count)
    var random = RandomStream(seed: 3, purpose: .test)
    let pass = replay.beginPass()
    for step in 0..<3 {
      let rows = replay.rows(pass: pass, step: step, lanes: 0..<4)
      for row in 0..<rows.rows {
        for column in 0..<rows.columns { rows.row(row)[column] = random.uniform() }
        let place = replay.place(pass: pass, step: step, lane: 0) + row
        replay.played[place] = Int32(random.integer(below: 4))
        replay.gains[place] = random.uniform()
        replay.costs[place] = random.uniform()
      }
    }
    let batch = WeaklyCoupledBatch(rows: 24, inputs: shape.widths[0])
    batch.sample(replay, shape: shape, center: 0, spread: 1, from: &random)
    return (replay, batch, shape)
  }

  @Test func gradientsAreTheSlopesOfTheLoss() {
    let (replay, batch, shape) = sampled()
    var random = RandomStream(seed: 4, purpose: .test)
    let width = shape.widths[2]
    func randomOutputs() -> Matrix {
      Matrix(rows: 24, columns: width, (0..<24 * width).map { _ in 2 * random.uniform() - 1 })
    }
    let online = randomOutputs()
    let target = randomOutputs()
    let outputs = randomOutputs()
    batch.setTargets(replay, shape: shape, discount: 0.7, online: online.view, target: target.view)
    let loss = WeaklyCoupledLoss(batch: batch, replay: replay, shape: shape, width: 0.5, spendWeight: 0.3)
    let gradients = Matrix(rows: 24, columns: width)
    let scratch = Matrix(rows: 24, columns: width)
    _ = loss.differentiate(0..<24, outputs: outputs.view, gradients: gradients.view)
    let step: Float = 1e-2
    for element in stride(from: 0, to: outputs.count, by: 3) {
      let value = outputs.pointer[element]
      outputs.pointer[element] = value + step
      let high = loss.differentiate(0..<24, outputs: outputs.view, gradients: scratch.view)[0]
      outputs.pointer[element] = value - step
      let low = loss.differentiate(0..<24, outputs: outputs.view, gradients: scratch.view)[0]
      outputs.pointer[element] = value
      let slope = Float((high - low) / 24) / (2 * step)
      #expect(abs(slope - gradients.pointer[element]) < 1e-3, "\(element)")
    }
  }

  /// The targets one row at a time, in the words of the doc comment.
  @Test func targetsAreDoubleQLearningOfTwoSums() {
    let (replay, batch, shape) = sampled()
    var random = RandomStream(seed: 5, purpose: .test)
    let width = shape.widths[2]
    let online = Matrix(rows: 24, columns: width, (0..<24 * width).map { _ in random.uniform() })
    let target = Matrix(rows: 24, columns: width, (0..<24 * width).map { _ in random.uniform() })
    batch.setTargets(replay, shape: shape, discount: 0.7, online: online.view, target: target.view)
    let columns = shape.columns
    var ended = 0
    for index in 0..<24 {
      let place = batch.places[index]
      let row = replay.row(place)
      let unit = (exp(Double(row[columns[.gainUnit]])), exp(Double(row[columns[.costUnit]])))
      var gain = Double(replay.gains[place]) / unit.0
      var cost = Double(replay.costs[place]) / unit.1
      var spend = cost
      if place + 8 < 24 {
        let next = replay.row(place + 8)
        let price = Double(batch.nextPrices[index])
        func gainOf(_ level: Int, _ outputs: borrowing Matrix) -> Double {
          Double(next[columns.gains.lowerBound + level] + next[columns[.traffic]] * outputs[index, level])
        }
        func costOf(_ level: Int, _ outputs: borrowing Matrix) -> Double {
          Double(next[columns.costs.lowerBound + level] + next[columns[.traffic]] * outputs[index, 4 + level])
        }
        var (best, most) = (0, -Double.infinity)
        for level in 0..<4 {
          let worth = Double(next[columns.worths.lowerBound + level])
          let score = gainOf(level, online) + worth - price * costOf(level, online)
          if score > most { (best, most) = (level, score) }
        }
        let after = Double(next[columns[.trafficAfter]] * target[index, 8])
        let (gainUnit, costUnit) = (
          exp(Double(next[columns[.gainUnit]])), exp(Double(next[columns[.costUnit]]))
        )
        gain += 0.7 * gainOf(best, target) * gainUnit / unit.0
        spend += max(0, costOf(best, target) + after) * costUnit / unit.1
        cost += 0.7 * costOf(best, target) * costUnit / unit.1
      } else {
        ended += 1
      }
      #expect(abs(Double(batch.gains[index]) - gain) < 1e-4)
      #expect(abs(Double(batch.costs[index]) - cost) < 1e-4)
      #expect(abs(Double(batch.spends[index]) - spend) < 1e-4)
    }
    #expect(ended > 0 && ended < 24)
  }
}
