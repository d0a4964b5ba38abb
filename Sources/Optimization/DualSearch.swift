#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Looks for the minimum of a convex function of λ ≥ 0, on a cheap version of it first.
///
/// Golden-section search (Kiefer, 1953) along log λ on the coarse function; then, on the fine one, three points around its
/// minimum are drawn together by parabolas, or by halving where a kink defeats those, until convexity leaves less than a
/// thousandth to gain. The answer is a fine value in any case.
package func minimizeConvex(
  from lowest: Double, through highest: Double, coarse: (Double) -> Double, fine: (Double) -> Double
) -> (point: Double, value: Double) {
  let start = goldenSection(from: log(lowest), through: log(highest), tolerance: 0.1) { coarse(exp($0)) }
  var points = [-0.08, 0, 0.08].map { Sample(log: start + $0, value: fine(exp(start + $0))) }
  for _ in 0..<8 {
    let (a, b, c) = (points[0], points[1], points[2])
    // Beyond b the function stays above the line through a and b, and likewise on the other side.
    let gain = max((a.value - b.value) / (b.log - a.log), 0) * (c.log - b.log)
    let loss = max((c.value - b.value) / (c.log - b.log), 0) * (b.log - a.log)
    guard max(gain, loss) > 1e-3 * abs(b.value) else { break }
    let next = nextPoint(a, b, c)
    points.append(Sample(log: next, value: fine(exp(next))))
    points.sort { $0.log < $1.log }
    let middle = points[1].value < points[2].value ? 1 : 2
    points = Array(points[middle - 1...middle + 1])
  }
  let free = (point: 0.0, value: fine(0))
  return points.reduce(free) { $1.value < $0.value ? (exp($1.log), $1.value) : $0 }
}

private struct Sample {
  let log: Double
  let value: Double
}

/// Where to look next: beyond an end that is lowest, at the parabola's vertex, or in the middle of the wider half.
private func nextPoint(_ a: Sample, _ b: Sample, _ c: Sample) -> Double {
  if a.value < b.value { return a.log - (c.log - a.log) }
  if c.value < b.value { return c.log + (c.log - a.log) }
  let left = (b.log - a.log) * (b.value - c.value)
  let right = (b.log - c.log) * (b.value - a.value)
  let vertex = b.log - 0.5 * ((b.log - a.log) * left - (b.log - c.log) * right) / (left - right)
  let margin = 0.05 * (c.log - a.log)
  if vertex > a.log + margin, vertex < c.log - margin, abs(vertex - b.log) > margin { return vertex }
  return b.log - a.log > c.log - b.log ? (a.log + b.log) / 2 : (b.log + c.log) / 2
}
