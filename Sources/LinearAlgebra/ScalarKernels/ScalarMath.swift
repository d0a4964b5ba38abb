/// The kernels of `CKernels` one element at a time in plain Swift: the reference that the fast ones are
/// tested against, and the fast way where there is only one element.
///
/// The random kernels agree with their vector forms bit for bit, because both fuse the same multiplications and
/// additions, and no others.
package enum ScalarKernels {
  /// e to the power x, within 1 unit in the last place; 0 below −87.33, where numbers turn subnormal, and infinity above
  /// 88.72.
  package static func exp(_ x: Float) -> Float {
    if x < -87.33 { return 0 }
    if x > 88.72 { return .infinity }
    let shifted = fma(x, 0x1.715476p+0, 0x1.8p+23)
    let n = shifted - 0x1.8p+23
    let r = fma(n, -0x1.7f7d1cp-20, fma(n, -0x1.62e4p-1, x))
    var p: Float = 1.9875691500e-4
    p = fma(p, r, 1.3981999507e-3)
    p = fma(p, r, 8.3334519073e-3)
    p = fma(p, r, 4.1665795894e-2)
    p = fma(p, r, 1.6666665459e-1)
    p = fma(p, r, 5.0000001201e-1)
    let y = fma(p, r * r, r) + 1
    return x.isNaN ? x : Float(bitPattern: y.bitPattern &+ shifted.bitPattern << 23)
  }

  /// The natural logarithm of a positive normal x, within 1 unit in the last place.
  package static func log(_ x: Float) -> Float {
    let bits = Int32(bitPattern: x.bitPattern)
    let k = (bits &- 0x3f35_04f3) >> 23
    let f = Float(bitPattern: UInt32(bitPattern: bits &- k << 23)) - 1
    let n = Float(k)
    var p: Float = 7.0376836292e-2
    p = fma(p, f, -1.1514610310e-1)
    p = fma(p, f, 1.1676998740e-1)
    p = fma(p, f, -1.2420140846e-1)
    p = fma(p, f, 1.4249322787e-1)
    p = fma(p, f, -1.6668057665e-1)
    p = fma(p, f, 2.0000714765e-1)
    p = fma(p, f, -2.4999993993e-1)
    p = fma(p, f, 3.3333331174e-1)
    let square = f * f
    var y = fma(n, -2.12194440e-4, p * (f * square))
    y = fma(square, -0.5, y)
    return fma(n, 0.693359375, f + y)
  }

  /// log(1 − x) for x in [0, 1), with a small relative error for small x too.
  package static func logComplement(_ x: Float) -> Float {
    let y = 1 - x
    return log(y) - ((y - 1) + x) / y
  }

  /// The quantile function of the standard normal distribution, within 2e-6 for u in [2^-25, 1 − 2^-24].
  ///
  /// Giles, "Approximating the erfinv function", GPU Computing Gems, 2010.
  package static func normalQuantile(_ u: Float) -> Float {
    let x = 2 * u - 1
    let w = -log(4 * u * (1 - u))
    var p: Float
    if w < 5 {
      let c = w - 2.5
      p = 2.81022636e-08
      p = fma(p, c, 3.43273939e-07)
      p = fma(p, c, -3.5233877e-06)
      p = fma(p, c, -4.39150654e-06)
      p = fma(p, c, 0.00021858087)
      p = fma(p, c, -0.00125372503)
      p = fma(p, c, -0.00417768164)
      p = fma(p, c, 0.246640727)
      p = fma(p, c, 1.50140941)
    } else {
      let t = w.squareRoot() - 3
      p = -0.000200214257
      p = fma(p, t, 0.000100950558)
      p = fma(p, t, 0.00134934322)
      p = fma(p, t, -0.00367342844)
      p = fma(p, t, 0.00573950773)
      p = fma(p, t, -0.0076224613)
      p = fma(p, t, 0.00943887047)
      p = fma(p, t, 1.00167406)
      p = fma(p, t, 2.83297682)
    }
    return x * 0x1.6a09e6p+0 * p
  }

  /// x · y + z, rounded once.
  private static func fma(_ x: Float, _ y: Float, _ z: Float) -> Float { z.addingProduct(x, y) }
}
