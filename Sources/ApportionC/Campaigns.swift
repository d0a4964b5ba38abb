// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Budgets
import CApportion

// include/apportion.h says what the functions do; the compiler checks them against it.

@c @implementation public func apportion_campaign_open(
  _ path: UnsafePointer<CChar>?, _ budget: Double, _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> OpaquePointer? {
  var opened: OpaquePointer?
  _ = answering(error, errorSize) {
    guard let path else { throw Refusal.null("path") }
    let handle = try CampaignHandle(path: String(cString: path), budget: budget == 0 ? nil : budget)
    opened = OpaquePointer(Unmanaged.passRetained(handle).toOpaque())
  }
  return opened
}

@c @implementation public func apportion_campaign_close(_ campaign: OpaquePointer?) {
  guard let campaign else { return }
  Unmanaged<CampaignHandle>.fromOpaque(UnsafeRawPointer(campaign)).release()
}

@c @implementation public func apportion_campaign_channel_count(_ campaign: OpaquePointer?) -> Int {
  (try? CampaignHandle.at(campaign))?.channelCount ?? 0
}

@c @implementation public func apportion_campaign_channel_name(
  _ campaign: OpaquePointer?, _ channel: Int
) -> UnsafePointer<CChar>? {
  guard let handle = try? CampaignHandle.at(campaign), handle.starts.indices.contains(channel) else {
    return nil
  }
  return UnsafePointer(handle.names.pointer + handle.starts[channel])
}

@c @implementation public func apportion_campaign_has_auctions(
  _ campaign: OpaquePointer?, _ channel: Int
) -> Int32 {
  guard let handle = try? CampaignHandle.at(campaign), handle.starts.indices.contains(channel) else {
    return 0
  }
  let market = handle.campaign.withLock { $0.model.market }
  if case .auction = market.channels[channel].kind { return 1 }
  return 0
}

@c @implementation public func apportion_campaign_tick_count(_ campaign: OpaquePointer?) -> Int64 {
  Int64((try? CampaignHandle.at(campaign))?.campaign.withLock { $0.ticks } ?? 0)
}

@c @implementation public func apportion_campaign_decide(
  _ campaign: OpaquePointer?, _ decision: UnsafeMutablePointer<apportion_decision>?,
  _ channels: UnsafeMutablePointer<apportion_channel_decision>?, _ count: Int,
  _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    let handle = try CampaignHandle.at(campaign)
    guard let decision else { throw Refusal.null("decision") }
    let channels = try handle.perChannel(channels, count, "channels")
    guard let decided = handle.campaign.withLock({ $0.decide() }) else {
      decision.pointee = .init(tick: -1, budget_left: 0, money_price: 0, flags: 0)
      return
    }
    decision.pointee = .init(
      tick: Int64(decided.tick), budget_left: decided.budgetLeft, money_price: decided.moneyPrice,
      flags: decided.flags.reduce(0) { $0 | $1.bit })
    for (index, channel) in decided.channels.enumerated() {
      channels[index] = .init(
        level: Int64(channel.level), bid: channel.bid, spend_limit: channel.spendLimit,
        expected_spend: channel.expectedSpend, expected_outcome: channel.expectedOutcome)
    }
  }
}

@c @implementation public func apportion_campaign_observe(
  _ campaign: OpaquePointer?, _ tick: Int64, _ channels: UnsafePointer<apportion_channel_results>?,
  _ count: Int, _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    let handle = try CampaignHandle.at(campaign)
    let channels = try handle.perChannel(channels, count, "channels")
    let shown = UnsafeBufferPointer(start: channels, count: count).map {
      TickResults.Channel(
        bid: $0.bid, wins: $0.wins, spend: $0.spend, clicks: $0.clicks, conversions: $0.conversions)
    }
    try handle.campaign.withLock { try $0.observe(TickResults(tick: Int(tick), channels: shown)) }
  }
}

@c @implementation public func apportion_campaign_set_budget(
  _ campaign: OpaquePointer?, _ budget: Double, _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    try CampaignHandle.at(campaign).campaign.withLock { try $0.setBudget(budget) }
  }
}

@c @implementation public func apportion_campaign_set_paused(
  _ campaign: OpaquePointer?, _ paused: UnsafePointer<UInt8>?, _ count: Int,
  _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    let handle = try CampaignHandle.at(campaign)
    let paused = try handle.perChannel(paused, count, "paused")
    let isPaused = UnsafeBufferPointer(start: paused, count: count).map { $0 != 0 }
    try handle.campaign.withLock { try $0.setPaused(isPaused) }
  }
}

@c @implementation public func apportion_campaign_extend(
  _ campaign: OpaquePointer?, _ traffic: UnsafePointer<Double>?, _ count: Int,
  _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    let handle = try CampaignHandle.at(campaign)
    guard let traffic else { throw Refusal.null("traffic") }
    guard (1...100_000).contains(count) else {
      throw Refusal(APPORTION_INVALID, "traffic: holds \(count) ticks; give 1 to 100000.")
    }
    let added = Array(UnsafeBufferPointer(start: traffic, count: count))
    try handle.campaign.withLock { try $0.extend(by: added) }
  }
}
