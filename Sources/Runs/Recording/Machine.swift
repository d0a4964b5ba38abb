import Foundation
import LinearAlgebra

/// The version of this program.
package let programVersion = "0.2.0"

/// The machine that results were got on, as far as they depend on it.
struct Machine: Encodable {
  /// Of the program.
  let version = programVersion
  /// The processor as the system calls it.
  let processor: String
  /// The kernels that OpenBLAS has chosen for it; products round as these do.
  let blasKernel = LinearAlgebra.blasKernel
  /// The processors that may be used.
  let threads = availableThreads()

  init() {
    let facts = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = facts.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }
}
