import LinearAlgebra
import NeuralNetworks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The rows of an update, gathered from the replay, and what their outputs should be.
///
/// Row r is a channel of a sampled state at a price λ̃. With discount γ and a* = argmax q(x', λ̃') by the online network, the
/// target network says
///
///     gain  = (gained + γ · (gain unit' · G'(a*))) / gain unit
///     cost  = spent / cost unit + γ · K'(a*)
///     after = spend to go'(a*), so that spend to go = spent / cost unit + after,
///
/// the last two terms of each being 0 after an episode's last step: double Q-learning (van Hasselt, Guez and Silver, 2016)
/// of two sums at once, whose difference at a price is what is maximised.
package final class WeaklyCoupledBatch {
  let rows: Int
  let input, nextInput: Matrix
  /// Rows: where a row and the one after it stand in the replay; -1 after the last step.
  package let places, nextPlaces: UnsafeMutablePointer<Int>
  private let numbers: Matrix

  package init(rows: Int, inputs: Int) {
    self.rows = rows
    input = Matrix(rows: rows, columns: inputs)
    nextInput = Matrix(rows: rows, columns: inputs)
    places = .allocate(capacity: rows)
    places.initialize(repeating: 0, count: rows)
    nextPlaces = .allocate(capacity: rows)
    nextPlaces.initialize(repeating: -1, count: rows)
    numbers = Matrix(rows: 5, columns: rows)
  }

  deinit {
    places.deallocate()
    nextPlaces.deallocate()
  }

  /// Rows: λ̃ before and after the step.
  package var prices: UnsafeMutablePointer<Float> { numbers.pointer }
  package var nextPrices: UnsafeMutablePointer<Float> { numbers.pointer + rows }
  /// Rows: the targets.
  package var gains: UnsafeMutablePointer<Float> { numbers.pointer + 2 * rows }
  package var costs: UnsafeMutablePointer<Float> { numbers.pointer + 3 * rows }
  package var spends: UnsafeMutablePointer<Float> { numbers.pointer + 4 * rows }

  /// Draws states and prices: half the rows keep the price they were played at, half get a fresh one.
  package func sample(
    _ replay: PricedReplay, shape: WeaklyCoupledShape, center: Float, spread: Float,
    from random: inout RandomStream
  ) {
    let (input, nextInput) = (input.view, nextInput.view)
    var index = 0
    while index < rows {
      let pass = random.integer(below: replay.filled)
      let step = random.integer(below: replay.steps)
      let lane = random.integer(below: replay.lanes)
      let first = replay.place(pass: pass, step: step, lane: lane)
      let last = step + 1 == replay.steps
      for channel in 0..<min(replay.channels, rows - index) {
        let played = replay.prices(pass: pass)[lane * replay.channels + channel]
        let fresh = center + spread * random.normal()
        let logPrice = random.nextWord() & 1 == 0 ? played : fresh
        let place = first + channel
        places[index] = place
        let row = replay.row(place)
        let price = shape.relativePrice(row, logPrice: logPrice)
        prices[index] = exp(price)
        shape.writeInput(row, relativePrice: price, into: input.row(index))
        let next = last ? -1 : place + replay.lanes * replay.channels
        nextPlaces[index] = next
        if !last {
          let row = replay.row(next)
          let price = shape.relativePrice(row, logPrice: logPrice)
          nextPrices[index] = exp(price)
          shape.writeInput(row, relativePrice: price, into: nextInput.row(index))
        }
        index += 1
      }
    }
  }

  /// Writes the targets of all rows from what the networks say of the rows after.
  package func setTargets(
    _ replay: PricedReplay, shape: WeaklyCoupledShape, discount: Float, online: MatrixView, target: MatrixView
  ) {
    let columns = shape.columns
    for index in 0..<rows {
      let (place, next) = (places[index], nextPlaces[index])
      let row = replay.row(place)
      var gain = replay.gains[place] * exp(-row[columns[.gainUnit]])
      var cost = replay.costs[place] * exp(-row[columns[.costUnit]])
      var spend = cost
      if next >= 0 {
        let nextRow = replay.row(next)
        let best = shape.values(row: nextRow, outputs: online.row(index)).best(at: nextPrices[index])
        let values = shape.values(row: nextRow, outputs: target.row(index))
        let costRatio = exp(nextRow[columns[.costUnit]] - row[columns[.costUnit]])
        spend += values.spendToGo(best) * costRatio
        if discount > 0 {
          gain += discount * values.gain(best) * exp(nextRow[columns[.gainUnit]] - row[columns[.gainUnit]])
          cost += discount * values.cost(best) * costRatio
        }
      }
      gains[index] = gain
      costs[index] = cost
      spends[index] = spend
    }
  }
}

/// The loss of the played level's gain, cost and spend to go: Huber's, in the channel's units.
package struct WeaklyCoupledLoss: OutputLoss {
  let batch: WeaklyCoupledBatch
  let replay: PricedReplay
  let shape: WeaklyCoupledShape
  let width: Float
  let spendWeight: Float

  package init(
    batch: WeaklyCoupledBatch, replay: PricedReplay, shape: WeaklyCoupledShape, width: Float,
    spendWeight: Float
  ) {
    self.batch = batch
    self.replay = replay
    self.shape = shape
    self.width = width
    self.spendWeight = spendWeight
  }

  package func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double>
  {
    let levels = shape.columns.levels
    let share = 1 / Float(batch.rows)
    var sums = SIMD4<Double>.zero
    for index in 0..<rows.count {
      let place = batch.places[rows.lowerBound + index]
      let gradient = gradients.row(index)
      gradient.update(repeating: 0, count: gradients.columns)
      let values = shape.values(row: replay.row(place), outputs: outputs.row(index))
      let level = Int(replay.played[place])
      let price = batch.prices[rows.lowerBound + index]
      // Dear money makes errors of cost large and gains of no account.
      let weight = 1 / (0.5 + price)
      let gainError = values.gain(level) - batch.gains[rows.lowerBound + index]
      let costError = values.cost(level) - batch.costs[rows.lowerBound + index]
      let spendError = values.cost(level) + values.after - batch.spends[rows.lowerBound + index]
      let costWeight = price * weight
      gradient[level] = share * weight * huberSlope(gainError) * values.traffic
      gradient[levels + level] =
        share * values.traffic * (costWeight * huberSlope(costError) + spendWeight * huberSlope(spendError))
      gradient[2 * levels] = share * spendWeight * huberSlope(spendError) * values.trafficAfter
      sums[1] += Double(weight * huber(gainError))
      sums[2] += Double(costWeight * huber(costError))
      sums[3] += Double(spendWeight * huber(spendError))
    }
    sums[0] = sums[1] + sums[2] + sums[3]
    return sums
  }

  private func huber(_ error: Float) -> Float {
    let size = abs(error)
    return size <= width ? 0.5 * error * error : width * (size - 0.5 * width)
  }

  private func huberSlope(_ error: Float) -> Float { min(max(error, -width), width) }
}
