import Apportion
import ArgumentParser
import Workloads

/// The peak of single-precision matrix products, 1024 × 1024 × 1024.
struct Products: ParsableCommand {
  @OptionGroup var options: CommonOptions

  func run() throws {
    setBLASThreads(options.threads ?? availableThreads())
    let size = 1024
    let a = randomMatrix(size, size)
    let b = randomMatrix(size, size)
    let c = Matrix(rows: size, columns: size)
    let time = medianSeconds { multiply(a.view, b.view, into: c.view) }
    try show(["seconds": time, "gflops": 2 * Double(size * size * size) / time / 1e9])
  }
}
