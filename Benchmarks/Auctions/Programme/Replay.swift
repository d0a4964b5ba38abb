import Apportion
import Foundation

/// The clock, in seconds.
func seconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

/// What the published code measured, by strategy and budget.
func reference(_ path: String?) throws -> [String: Int] {
  guard let path, let data = FileManager.default.contents(atPath: path) else { return [:] }
  let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
  var found: [String: Int] = [:]
  for row in document?["rows"] as? [[String: Any]] ?? [] {
    guard let name = row["algorithm"] as? String, let share = row["c0"] as? String else { continue }
    found["\(name.replacingOccurrences(of: "_", with: "-")) \(share)"] = row["impressions"] as? Int
  }
  return found
}

func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

/// The same auctions in an order drawn at random (Fisher and Yates).
func shuffle(_ log: AuctionLog) -> AuctionLog {
  var stream = RandomStream(seed: 1, purpose: .test)
  let order = Array(0..<log.count).shuffled(using: &stream)
  return AuctionLog(
    clicks: order.map { log.clicks[$0] }, prices: order.map { log.prices[$0] },
    values: order.map { log.values[$0] })
}

/// Strategies by the published protocol, and how fast logs are replayed.
func replay(_ arguments: [String]) throws {
  let history = try AuctionLog(contentsOf: arguments[0])
  let log = try AuctionLog(contentsOf: arguments[1])
  let measured = try reference(arguments.count > 2 ? arguments[2] : nil)
  var sums: [BiddingStrategy: Double] = [:]
  for divisor in [2, 4, 8, 16, 32, 64] {
    let rules = ReplayRules.share(1 / Double(divisor), of: history.totals)
    let optimum = clairvoyantOptimum(log, rules).reduce(0, +)
    print("c0 1/\(divisor), budget \(rules.budget), clairvoyant optimum \(String(format: "%.4f", optimum))")
    for (strategy, outcome) in BiddingStrategy.compare(history: history, log: log, rules) {
      let share = outcome.value / optimum
      sums[strategy, default: 0] += share / 6
      let published = measured["\(strategy.rawValue) 1/\(divisor)"].map { outcome.impressions - $0 }
      print(
        pad(strategy.rawValue, 9), pad("\(outcome.impressions)", 7), pad("\(outcome.clicks)", 4),
        pad("\(outcome.cost)", 9), pad(String(format: "%.4f", outcome.value), 9),
        String(format: "%.4f", share), published.map { "\($0 >= 0 ? "+" : "")\($0) impressions" } ?? "")
    }
  }
  print("with the log's own law known and its order shuffled, the exact programme's share:")
  let shuffled = shuffle(log)
  for divisor in [2, 4, 8, 16, 32, 64] {
    let rules = ReplayRules.share(1 / Double(divisor), of: history.totals)
    let outcome = shuffled.replay(ValueBidder.exact(AuctionSample(log), rules), rules)
    let optimum = clairvoyantOptimum(shuffled, rules).reduce(0, +)
    print(pad("1/\(divisor)", 9), String(format: "%.4f", outcome.value / optimum))
  }
  for strategy in BiddingStrategy.allCases {
    print(pad(strategy.rawValue, 9), "mean share", String(format: "%.4f", sums[strategy] ?? 0))
  }
  time(history: history, log: log)
}

/// The best of several replays by two threads, and of single decisions.
func time(history: AuctionLog, log: AuctionLog) {
  let rules = ReplayRules.share(1 / 16, of: history.totals)
  let exact = ValueBidder.exact(AuctionSample(history), rules)
  let linear = LinearBidder.costPerClick(history.totals)
  let learned = DriftingBidder.learned(on: history, rules)
  func report<B: Bidder>(_ name: String, _ bidder: B, threads: Int) {
    var best = Double.infinity
    for _ in 0..<20 {
      let start = seconds()
      _ = log.replay(bidder, rules, threads: threads)
      best = min(best, seconds() - start)
    }
    print(
      "replay, \(name), \(threads) threads: \(String(format: "%.1f", Double(log.count) / best / 1e6)) M auctions/s"
    )
  }
  for threads in [1, 2] {
    report("linear", linear, threads: threads)
    report("exact", exact, threads: threads)
    report("learned", learned, threads: threads)
  }
  var (best, sum) = (Double.infinity, 0)
  for _ in 0..<20 {
    let start = seconds()
    for auction in 0..<10_000 {
      sum &+= learned.bid(
        value: log.values[auction % log.count], auctionsLeft: 1 + auction % 1000, budgetLeft: rules.budget)
    }
    best = min(best, (seconds() - start) / 10_000)
  }
  print("one decision, learned: \(String(format: "%.0f", best * 1e9)) ns (\(sum % 7))")
}
