/// The linear congruential numbers that `make_golden.py` draws too, all exact in single precision.
package struct Numbers {
  var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func word() -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 48)
  }

  package mutating func signed(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(word() - 32768) / 32768 }
  }

  package mutating func below(_ limit: Int) -> Int { word() % limit }
}
