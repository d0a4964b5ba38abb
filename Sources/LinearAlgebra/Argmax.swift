import CKernels

/// The place of the largest allowed value; of equals the first. NaN never wins over a number.
@inlinable
package func argmax(_ values: UnsafePointer<Float>, count: Int, mask: UnsafePointer<Float>?) -> Int {
  var value: Float = 0
  let best = ck_argmax(values, mask, count, &value)
  precondition(best >= 0, "A mask must allow at least one choice of every branch.")
  return Int(best)
}
