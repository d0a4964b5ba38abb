import Dispatch
import LinearAlgebra
import Synchronization
import Testing

@Suite("Shares of pieces")
struct PieceSharesTests {
  @Test("one worker takes its own share first, then the others' in turn")
  func order() {
    let shares = PieceShares(workers: 3)
    shares.deal(7, among: 3)
    var taken: [Int] = []
    shares.take(by: 1) { taken.append($0) }
    #expect(taken == [2, 3, 4, 5, 6, 0, 1])
    shares.take(by: 0) { taken.append($0) }
    #expect(taken.count == 7, "nothing is left for who comes late")
  }

  @Test(
    "every piece is taken once, however many workers there are",
    arguments: [(1, 5), (4, 3), (4, 1000), (8, 0)])
  func once(workers: Int, pieces: Int) {
    let shares = PieceShares(workers: 8)
    let counts = (0..<max(pieces, 1)).map { _ in Counter() }
    for _ in 0..<20 {
      shares.deal(pieces, among: workers)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        shares.take(by: worker) { counts[$0].value.add(1, ordering: .relaxed) }
      }
    }
    for count in counts.prefix(pieces) { #expect(count.value.load(ordering: .relaxed) == 20) }
  }

  private final class Counter: Sendable { let value = Atomic(0) }
}
