import Documents

extension Market {
  /// Checks every value, so that a market that passes can be played.
  ///
  /// - Throws: the first mistake, with the path of its key.
  public func validate() throws(InputError) {
    try require(!name.isEmpty, "name", "is empty", "name the market")
    try require(ticks > 0 && ticks <= 100_000, "ticks", "is \(ticks)", "give 1 to 100000 ticks per episode")
    try validateSeason()
    try requirePositive(budget, "budget")
    if let tickCap { try requirePositive(tickCap, "tick_cap") }
    switch target {
    case .costPerAction(let cost): try requirePositive(cost, "target.cost_per_action")
    case .returnOnSpend(let ratio): try requirePositive(ratio, "target.return_on_spend")
    case nil: break
    }
    try validateUncertainty()
    try require(!channels.isEmpty, "channels", "is empty", "describe at least one channel")
    try require(channels.count <= 256, "channels", "holds \(channels.count) channels", "keep to 256 at most")
    var names: Set<String> = []
    for (index, channel) in channels.enumerated() {
      let key = "channels[\(index)]"
      try require(!channel.name.isEmpty, "\(key).name", "is empty", "name the channel")
      try require(
        names.insert(channel.name).inserted, "\(key).name", "repeats '\(channel.name)'",
        "give every channel a name of its own")
      try channel.validate(key)
    }
  }

  private func validateSeason() throws(InputError) {
    try require(
      season.count == ticks, "season", "holds \(season.count) weights for \(ticks) ticks", "give one per tick"
    )
    for (tick, weight) in season.enumerated() { try requireNonNegative(weight, "season[\(tick)]") }
    let mean = season.reduce(0, +) / Double(ticks)
    try require(mean > 0, "season", "is all zero", "give at least one tick some traffic")
    try require(abs(mean - 1) < 1e-6, "season", "has mean \(mean)", "scale the weights to mean 1")
  }

  private func validateUncertainty() throws(InputError) {
    try require(
      drift.persistence >= 0 && drift.persistence < 1, "drift.persistence", "is \(drift.persistence)",
      "choose a share of at least 0 and below 1")
    for (key, deviation) in [
      ("drift.price", drift.price), ("drift.volume", drift.volume), ("drift.response", drift.response),
      ("randomization.price", randomization.price), ("randomization.volume", randomization.volume),
      ("randomization.response", randomization.response),
      ("randomization.conversion", randomization.conversion),
    ] {
      try require(
        deviation >= 0 && deviation <= 3, key, "is \(deviation)",
        "choose a standard deviation of a logarithm, from 0 to 3")
    }
  }
}

extension MediaChannel {
  fileprivate func validate(_ key: String) throws(InputError) {
    switch kind {
    case .auction(let auction): try auction.validate("\(key).auction")
    case .response(let response): try response.validate("\(key).response")
    }
    let top = ladder.count - 1
    try require(
      minimumLevel >= 0 && minimumLevel <= top, "\(key).minimum_level", "is \(minimumLevel)",
      "choose a rung from 0 to \(top)")
    try require(
      maximumLevel >= minimumLevel && maximumLevel <= top, "\(key).maximum_level", "is \(maximumLevel)",
      "choose a rung from \(minimumLevel) to \(top)")
  }
}

extension AuctionChannel {
  fileprivate func validate(_ key: String) throws(InputError) {
    try requirePositive(volume, "\(key).volume")
    try require(
      volume <= 1e9, "\(key).volume", "is \(volume)", "keep to 1e9 auctions per tick; use shorter ticks")
    try require(
      prices.count == Self.priceCount, "\(key).prices", "holds \(prices.count) counts",
      "give the counts of the prices 0 to 300, at most \(Self.priceCount)")
    for (price, count) in prices.enumerated() { try requireNonNegative(count, "\(key).prices[\(price)]") }
    try require(
      prices.contains { $0 > 0 }, "\(key).prices", "is all zero", "give at least one price a positive count")
    try requirePositive(priceUnit, "\(key).price_unit")
    try requireRate(clickRate, "\(key).click_rate")
    try requireRate(conversionRate, "\(key).conversion_rate")
    try requireNonNegative(valuePerConversion, "\(key).value_per_conversion")
    if let fatigue {
      try requirePositive(fatigue.reach, "\(key).fatigue.reach")
      try requireNonNegative(fatigue.strength, "\(key).fatigue.strength")
      try requireRate(fatigue.retention, "\(key).fatigue.retention")
    }
    try validateDelay("\(key).delay")
    try requireLadder(bids, "\(key).bids")
  }
}

extension AuctionChannel {
  private func validateDelay(_ key: String) throws(InputError) {
    switch delay {
    case .geometric(let mean):
      try require(
        mean > 0 && mean <= 1e5, "\(key).geometric", "is \(mean)",
        "give the mean number of ticks, above 0 and at most 100000; leave the delay out where there is none")
    case .shares(let shares):
      let sum = shares.reduce(0, +)
      try require(
        !shares.isEmpty && shares.count <= ReportingDelay.longest && shares.allSatisfy { $0 >= 0 && $0 <= 1 }
          && abs(sum - 1) < 1e-6, "\(key).shares", "holds \(shares.count) shares that sum to \(sum)",
        "give 1 to \(ReportingDelay.longest) shares of at least 0 that sum to 1, the first of them reported at once"
      )
    case nil: break
    }
  }
}

extension ResponseChannel {
  fileprivate func validate(_ key: String) throws(InputError) {
    try requireLadder(spends, "\(key).spends")
    try ResponseCurve(adstock: adstock, saturation: saturation).validate(key)
    try requireNonNegative(valuePerOutcome, "\(key).value_per_outcome")
    try require(
      noise >= 0 && noise <= 3, "\(key).noise", "is \(noise)", "choose a standard deviation from 0 to 3")
    for (tick, spend) in recent.enumerated() { try requireNonNegative(spend, "\(key).recent[\(tick)]") }
    try require(
      curves.count <= Self.mostCurves, "\(key).curves", "holds \(curves.count)",
      "keep to \(Self.mostCurves) at most")
    for (index, curve) in curves.enumerated() { try curve.validate("\(key).curves[\(index)]") }
  }
}

extension ResponseCurve {
  fileprivate func validate(_ key: String) throws(InputError) {
    switch adstock {
    case .none: break
    case .geometric(let retention):
      try require(
        retention >= 0 && retention < 1, "\(key).adstock.geometric", "is \(retention)",
        "choose a retention of at least 0 and below 1")
    case .weibull(let shape, let scale, let length):
      try requirePositive(shape, "\(key).adstock.weibull.shape")
      try requirePositive(scale, "\(key).adstock.weibull.scale")
      try require(
        length >= 1 && length <= 1000, "\(key).adstock.weibull.length", "is \(length)",
        "choose 1 to 1000 ticks")
    }
    try requireNonNegative(saturation.maximum, "\(key).saturation.maximum")
    try requirePositive(saturation.halfSaturation, "\(key).saturation.half_saturation")
    try requirePositive(saturation.slope, "\(key).saturation.slope")
  }
}

private func require(
  _ condition: Bool, _ key: String, _ problem: @autoclosure () -> String, _ remedy: @autoclosure () -> String
) throws(InputError) {
  guard condition else { throw InputError(.invalid, key: key, problem: problem(), remedy: remedy()) }
}

// The simulation is in single precision; what it cannot hold is refused.
private let largest = 1e18

private func requirePositive(_ value: Double, _ key: String) throws(InputError) {
  try require(value >= 1 / largest && value <= largest, key, "is \(value)", "give a positive number")
}

private func requireNonNegative(_ value: Double, _ key: String) throws(InputError) {
  try require(value >= 0 && value <= largest, key, "is \(value)", "give a number of at least 0")
}

private func requireRate(_ value: Double, _ key: String) throws(InputError) {
  try require(value >= 0 && value <= 1, key, "is \(value)", "give a share from 0 to 1")
}

private func requireLadder(_ rungs: [Double], _ key: String) throws(InputError) {
  try require(
    rungs.count >= 2 && rungs.count <= 1024, key, "has \(rungs.count) levels",
    "give 2 to 1024, of which the first is 0")
  try require(
    rungs[0] == 0, "\(key)[0]", "is \(rungs[0])", "let level 0 be 0, which switches the channel off")
  for index in 1..<rungs.count {
    try requireNonNegative(rungs[index], "\(key)[\(index)]")
    try require(
      rungs[index] > rungs[index - 1], "\(key)[\(index)]", "is \(rungs[index]) after \(rungs[index - 1])",
      "let every level be above the one before")
  }
}
