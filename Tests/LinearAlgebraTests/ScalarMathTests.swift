import LinearAlgebra
import Testing

struct ScalarMathTests {
  @Test func exponentialIsWithinAnUlp() {
    for (x, expected) in QuantileGolden.exp {
      #expect(abs(Double(ScalarKernels.exp(x)) - expected) <= Double(Float(expected).ulp))
    }
    #expect(ScalarKernels.exp(-200) == 0)
    #expect(ScalarKernels.exp(200) == .infinity)
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
