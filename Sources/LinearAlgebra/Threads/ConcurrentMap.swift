import Dispatch
import Synchronization

/// The results of a function of 0, 1, …, in that order, computed side by side; nothing depends on the number of threads.
///
/// - Parameters:
///   - count: how many results there are.
///   - body: computes one; called on several threads at once.
package func concurrentMap<Element: Sendable>(count: Int, _ body: @Sendable (Int) -> Element) -> [Element] {
  let results = Mutex([Element?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let element = body(index)
    results.withLock { $0[index] = element }
  }
  return results.withLock { $0.compactMap { $0 } }
}
