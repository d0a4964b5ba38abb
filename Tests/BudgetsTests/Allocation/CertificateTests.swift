import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

/// Certificates of random markets under limits, frozen channels, groups, caps and curves of both bends.
@Suite struct CertificateTests {
  /// `APPORTION_MARKETS=200 scripts/test --filter certificatesAreNarrow` plans as many instead of the few of a test run.
  private static let count =
    ProcessInfo.processInfo.environment["APPORTION_MARKETS"].flatMap { Int($0) } ?? 12

  private struct Drawn {
    let market: Market
    var constraints = PlanConstraints()
    let kind: String

    init(seed: Int) {
      var stream = RandomStream(seed: UInt64(9000 + seed), purpose: .test)
      func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(stream.uniform()) }
      let (count, ticks) = (3 + stream.integer(below: 3), 8 + stream.integer(below: 6))
      var today = 0.0
      let channels = (0..<count).map { index in
        let recent = (0..<ticks).map { _ in number(0, 80) }
        today += recent.reduce(0, +)
        let adstocks: [Adstock] = [
          .none, .geometric(retention: number(0.1, 0.8)),
          .weibull(shape: number(0.7, 2.5), scale: number(1, 3), length: 6),
        ]
        return MediaChannel(
          name: "c\(index)",
          kind: .response(
            ResponseChannel(
              spends: [0, 100], adstock: adstocks[stream.integer(below: 3)],
              saturation: Hill(
                maximum: number(20, 200), halfSaturation: number(20, 200), slope: number(0.6, 3)),
              recent: recent)))
      }
      var market = Market(
        name: "drawn", ticks: ticks, season: (0..<ticks).map { _ in number(0.4, 1.6) },
        budget: number(0.7, 1.3) * today, objective: .revenue, channels: channels)
      switch seed % 6 {
      case 0:
        kind = "limits of all channels"
        for channel in channels { constraints.limits[channel.name] = .shareOfCurrent(0.5...1.5) }
      case 1:
        kind = "one limited channel"
        constraints.limits["c0"] = .shareOfCurrent(0.9...number(0.95, 1.1))
      case 2:
        kind = "frozen channels"
        market.budget = 1.1 * today
        constraints.frozen = ["c0", "c1"]
      case 3:
        kind = "caps of ticks"
        market.tickCap = number(1.02, 1.4) * market.budget / Double(ticks)
      case 4:
        kind = "a group"
        constraints.groups = [.init(names: ["c0", "c1"], limit: .money(0...number(0.2, 0.4) * today))]
      default: kind = "no limits"
      }
      self.market = market
    }
  }

  /// What a certificate leaves open is at most 2 % of the plan.
  @Test func certificatesAreNarrow() throws {
    var gaps: [String: [Double]] = [:]
    for seed in 0..<Self.count {
      let drawn = Drawn(seed: seed)
      let plan = try SpendPlan(market: drawn.market, constraints: drawn.constraints, gap: 1e-3)
      #expect(plan.violations == 0, "market \(seed)")
      #expect(plan.certifiedGap <= 0.02, "market \(seed), \(drawn.kind): \(plan.certifiedGap)")
      gaps[drawn.kind, default: []].append(plan.certifiedGap)
    }
    for (kind, found) in gaps.sorted(by: { $0.key < $1.key }) where Self.count > 12 {
      let sorted = found.sorted()
      print(
        "\(kind): \(found.count) markets, median gap \(sorted[found.count / 2]), widest \(sorted[found.count - 1])"
      )
    }
  }
}
