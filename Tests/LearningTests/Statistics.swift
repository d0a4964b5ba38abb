/// The value a chi-square of `degrees` exceeds about once in a million times (Wilson and Hilferty, 1931).
func chiSquareLimit(degrees: Int) -> Double {
  let k = Double(degrees)
  let root = 1 - 2 / (9 * k) + 4.7534 * (2 / (9 * k)).squareRoot()
  return k * root * root * root
}
