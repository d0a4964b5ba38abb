/// Where a function with one valley between two points is lowest, by golden-section search (Kiefer, 1953).
///
/// The answer lies within half of `tolerance` of the minimum; O(log((end − start) / tolerance)) calls of the function.
package func goldenSection(
  from start: Double, through end: Double, tolerance: Double, of function: (Double) -> Double
) -> Double {
  let ratio = 0.618_033_988_749_895
  var (low, high) = (start, end)
  var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
  var (leftValue, rightValue) = (function(left), function(right))
  while high - low > tolerance {
    if leftValue < rightValue {
      (high, right, rightValue) = (right, left, leftValue)
      left = high - ratio * (high - low)
      leftValue = function(left)
    } else {
      (low, left, leftValue) = (left, right, rightValue)
      right = low + ratio * (high - low)
      rightValue = function(right)
    }
  }
  return (low + high) / 2
}
