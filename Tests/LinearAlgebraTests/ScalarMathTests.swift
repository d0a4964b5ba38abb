import Foundation
import LinearAlgebra
import Testing

struct ScalarMathTests {
  @Test func exponentialIsWithinAnUlp() {
    for (x, expected) in QuantileGolden.exp {
      #expect(abs(Double(ScalarKernels.exp(x)) - expected) <= Double(Float(expected).ulp))
    }
  }

  @Test func exponentialKeepsItsAccuracyToBothEndsOfItsRange() {
    for x in stride(from: Float(-87.33), through: 88.72, by: 0.01) {
      let expected = Foundation.exp(Double(x))
      #expect(abs(Double(ScalarKernels.exp(x)) - expected) <= Double(Float(expected).ulp), "\(x)")
    }
    for x in [Float(-87.34), -104, -1e30, -Float.infinity] { #expect(ScalarKernels.exp(x) == 0) }
    for x in [Float(88.73), 200, 1e30, .infinity] { #expect(ScalarKernels.exp(x) == .infinity) }
    #expect(ScalarKernels.exp(.nan).isNaN)
  }

  @Test func logarithmIsWithinAnUlp() {
    for (x, expected) in QuantileGolden.log {
      #expect(abs(Double(ScalarKernels.log(x)) - expected) <= Double(Float(expected).ulp))
    }
    #expect(ScalarKernels.log(1) == 0)
  }

  @Test func logComplementKeepsItsRelativeError() {
    for (x, expected) in QuantileGolden.logComplement {
      #expect(abs(Double(ScalarKernels.logComplement(x)) / expected - 1) < 2e-7)
    }
  }

  @Test func normalQuantilesAgreeWithScipy() {
    for (u, expected) in QuantileGolden.normal {
      #expect(abs(Double(ScalarKernels.normalQuantile(u)) - expected) < 2e-6)
    }
  }
}
