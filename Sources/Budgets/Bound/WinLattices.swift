import CKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Poisson laws of wins, each spread onto a few evenly spaced counts.
///
/// A probability at a count between two lattice points goes to both so that the mean stays: a spread that raises the
/// mean of every convex function. Where the law spans no more counts than the lattice has points, it is exact.
struct WinLattices {
  private(set) var first: [Double] = []
  private(set) var step: [Double] = []
  private(set) var shares: [Double] = []

  private static var size: Int { Int(CK_LATTICE) }

  /// Adds the lattice of a Poisson law, and returns its index.
  mutating func append(mean: Double) -> Int32 {
    let deviation = mean.squareRoot()
    let lowest = max(0, (mean - 7 * deviation).rounded(.down))
    let highest = (mean + 8 * deviation + 6).rounded(.up)
    let width = max(1, (highest - lowest) / Double(Self.size - 1))
    var probabilities = [Double](repeating: 0, count: Self.size)
    var probability = exp(lowest * log(mean) - mean - lgamma(lowest + 1))
    var count = lowest
    while count <= highest {
      let place = (count - lowest) / width
      let point = min(Int(place), Self.size - 2)
      let beyond = min(1, place - Double(point))
      probabilities[point] += probability * (1 - beyond)
      probabilities[point + 1] += probability * beyond
      count += 1
      probability *= mean / count
    }
    // The tails left out weigh less than 1e-9; a total of 1 keeps them in.
    let total = probabilities.reduce(0, +)
    first.append(lowest)
    step.append(width)
    shares += probabilities.map { $0 / total }
    return Int32(first.count - 1)
  }

  /// Lends the tables to a kernel.
  func withTables(_ body: (inout ck_win_lattices) -> Void) {
    first.withUnsafeBufferPointer { first in
      step.withUnsafeBufferPointer { step in
        shares.withUnsafeBufferPointer { shares in
          var tables = ck_win_lattices(
            first: first.baseAddress, step: step.baseAddress, shares: shares.baseAddress)
          body(&tables)
        }
      }
    }
  }
}
