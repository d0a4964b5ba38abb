import LinearAlgebra
import Measuring

/// The peak of single-precision matrix products: 1024 × 1024 × 1024.
struct MatrixBenchmark: Encodable {
  /// In GFLOP/s.
  let gflopsOneThread: Double
  /// In GFLOP/s.
  let gflopsAllThreads: Double

  init(budget: Double) {
    let threads = blasThreads
    defer { setBLASThreads(threads) }
    gflopsOneThread = Self.gigaflops(threads: 1, budget: budget)
    gflopsAllThreads = Self.gigaflops(threads: availableThreads(), budget: budget)
  }

  private static func gigaflops(threads: Int, budget: Double) -> Double {
    setBLASThreads(threads)
    let size = 1024
    let a = Matrix(rows: size, columns: size)
    let b = Matrix(rows: size, columns: size)
    let c = Matrix(rows: size, columns: size)
    for index in 0..<a.count {
      a.pointer[index] = Float(index % 7)
      b.pointer[index] = Float(index % 5)
    }
    let seconds = medianSeconds(budget: budget) { multiply(a.view, b.view, into: c.view) }
    return 2 * Double(size * size * size) / seconds / 1e9
  }
}
