import Foundation
import LinearAlgebra
import Testing

struct BLASTests {
  /// Two rows may be multiplied one by one, seven are not.
  @Test(arguments: [false, true], [false, true]) func productsAgreeWithPlainSums(
    transposeA: Bool, transposeB: Bool
  ) {
    for rows in [2, 7] {
      let a = normalMatrix(rows: transposeA ? 5 : rows, columns: transposeA ? rows : 5, lane: 1)
      let b = normalMatrix(rows: transposeB ? 3 : 5, columns: transposeB ? 5 : 3, lane: 2)
      let c = normalMatrix(rows: rows, columns: 3, lane: 3)
      let old = table(c)
      multiply(
        a.view, transposed: transposeA, b.view, transposed: transposeB, into: c.view, alpha: 2, beta: -1)
      var expected = product(a, transposed: transposeA, b, transposed: transposeB)
      for row in 0..<rows {
        for column in 0..<3 { expected[row][column] = 2 * expected[row][column] - old[row][column] }
      }
      #expect(largestDifference(table(c), expected) < 1e-5)
    }
  }

  @Test(arguments: [1, 3, 40]) func whatStoodInTheResultDoesNotMatterWithoutBeta(rows: Int) {
    let a = normalMatrix(rows: rows, columns: 6, lane: 9)
    let b = normalMatrix(rows: 6, columns: 4, lane: 10)
    let c = Matrix(rows: rows, columns: 4, Array(repeating: .nan, count: rows * 4))
    multiply(a.view, b.view, into: c.view)
    #expect(largestDifference(table(c), product(a, b)) < 1e-5)
  }

  /// Sizes that are cut into tiles, with remains at both edges, and one whose inner dimension is too long for it.
  @Test(arguments: [(200, 150, 190), (33, 1030, 64), (17, 65, 2000)], [false, true])
  func largeProductsAgreeWithPlainSums(_ size: (m: Int, n: Int, k: Int), _ transposed: Bool) {
    let a = normalMatrix(rows: transposed ? size.k : size.m, columns: transposed ? size.m : size.k, lane: 6)
    let b = normalMatrix(rows: size.k, columns: size.n + 3, lane: 7)
    let c = normalMatrix(rows: size.m, columns: size.n + 1, lane: 8)
    let old = c.copy()
    multiply(
      a.view, transposed: transposed, b.view.columns(2..<2 + size.n), into: c.view.columns(0..<size.n),
      alpha: 2,
      beta: -1)
    for row in 0..<size.m {
      for column in 0..<size.n {
        var sum = 0.0
        for k in 0..<size.k {
          sum += Double(transposed ? a[k, row] : a[row, k]) * Double(b[k, column + 2])
        }
        #expect(abs(Double(c[row, column]) - (2 * sum - Double(old[row, column]))) < 2e-3)
      }
      #expect(c[row, size.n] == old[row, size.n])
    }
  }

  @Test func productsRespectStrides() {
    let a = normalMatrix(rows: 6, columns: 9, lane: 4)
    let b = normalMatrix(rows: 4, columns: 2, lane: 5)
    let window = MatrixView(pointer: a.pointer + 9 + 3, rows: 3, columns: 4, stride: 9)
    let copy = Matrix(copying: window)
    let c = Matrix(rows: 3, columns: 2)
    multiply(window, b.view, into: c.view)
    #expect(largestDifference(table(c), product(copy, b)) < 1e-5)
    #expect(copy[2, 3] == a[3, 6])
  }

  /// Settings are the process's, and other tests run products meanwhile: this one has a process of its own.
  @Test func aPoolsProductsRunOnOneThreadAndTheHostsSettingStays() async {
    await #expect(processExitsWith: .success) {
      setBLASThreads(3)
      #expect(blasThreads == 3)
      withOneBLASThread {
        withOneBLASThread { #expect(blasThreads == 1) }
        #expect(blasThreads == 1)
      }
      #expect(blasThreads == 3)
      WorkerPool(threads: 2).run(4) { _ in #expect(blasThreads == 1) }
      #expect(blasThreads == 3)
      withOneBLASThread {
        setBLASThreads(2)
        #expect(blasThreads == 1)
      }
      #expect(blasThreads == 2)
    }
  }

  /// Kernels are the process's, so these tests have processes of their own: what is known or asked for stands, and else the
  /// kernels are the newest that the processor runs, whose products are right.
  @Test func kernelsFitTheProcessor() async {
    await #expect(processExitsWith: .success) {
      unsetenv("OPENBLAS_CORETYPE")
      let a = normalMatrix(rows: 70, columns: 90, lane: 4)
      let b = normalMatrix(rows: 90, columns: 50, lane: 5)
      chooseBLASKernels()
      let c = Matrix(rows: 70, columns: 50)
      multiply(a.view, b.view, into: c.view)
      #expect(largestDifference(table(c), product(a, b)) < 1e-4)
      let old: Set = ["Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Sandybridge", "Generic"]
      #expect(!hasVectorsOf2013 || !old.contains(blasKernel))
      #expect(getenv("OPENBLAS_CORETYPE") == nil)
    }
    await #expect(processExitsWith: .success) {
      let before = blasKernel
      setenv("OPENBLAS_CORETYPE", "NEHALEM", 1)
      chooseBLASKernels()
      #expect(blasKernel == before)
    }
  }
}

/// Whether the processor has AVX2 and fused multiply-add.
private var hasVectorsOf2013: Bool {
  let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  return flags.contains(" avx2 ") && flags.contains(" fma ")
}
