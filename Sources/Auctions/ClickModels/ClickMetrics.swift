import Foundation

/// The chance that a clicked row is scored above one that was not, ties counting half: the area under the receiver
/// operating characteristic, by ranks (Mann and Whitney, 1947). Nil where all labels are alike. O(n log n).
public func areaUnderCurve(scores: [Double], labels: [Bool]) -> Double? {
  precondition(scores.count == labels.count, "Each of \(scores.count) scores needs a label.")
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  let clicked = labels.count { $0 }
  guard clicked > 0, clicked < labels.count else { return nil }
  var (rankSum, first) = (0.0, 0)
  while first < order.count {
    var end = first
    while end < order.count, scores[order[end]] == scores[order[first]] { end += 1 }
    // Ranks from 1; rows of one score share their mean.
    let rank = Double(first + end + 1) / 2
    rankSum += rank * Double(order[first..<end].count { labels[$0] })
    first = end
  }
  let positives = Double(clicked)
  return (rankSum - positives * (positives + 1) / 2) / (positives * Double(labels.count - clicked))
}

/// The mean of −log of the chance given to what happened; chances are cut to 1e-15 … 1 − 1e-15.
public func logLoss(chances: [Double], labels: [Bool]) -> Double {
  precondition(chances.count == labels.count && !labels.isEmpty, "Each chance needs a label.")
  return zip(chances, labels).reduce(0) { sum, row in
    let chance = min(max(row.0, 1e-15), 1 - 1e-15)
    return sum - log(row.1 ? chance : 1 - chance)
  } / Double(labels.count)
}
