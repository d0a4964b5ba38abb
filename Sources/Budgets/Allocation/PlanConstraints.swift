import Documents

/// What a plan must keep to.
public struct PlanConstraints: Sendable, Equatable {
  /// The money that may be spent; nil for the market's own budget.
  public var budget: Double?
  /// The money that a tick may spend; nil for the market's own cap.
  public var tickCap: Double?
  /// By channel, between what amounts its spend must stay.
  public var limits: [String: Limit]
  /// Held over the whole plan, by spending less than the budget where need be.
  public var target: Target?

  /// Between what amounts a channel's spend must stay.
  public enum Limit: Sendable, Equatable {
    /// Money over the whole plan.
    case money(ClosedRange<Double>)
    /// Shares of what is spent today: 0.7...1.3 is ±30 %, 1...1 freezes.
    case shareOfCurrent(ClosedRange<Double>)
  }

  /// Creates constraints; without arguments, the market's own.
  public init(
    budget: Double? = nil, tickCap: Double? = nil, limits: [String: Limit] = [:], target: Target? = nil
  ) {
    self.budget = budget
    self.tickCap = tickCap
    self.limits = limits
    self.target = target
  }

  /// The limits of a channel in money, within what is possible at all.
  func range(of channel: String, current: Double?, within possible: ClosedRange<Double>) throws(InputError)
    -> ClosedRange<Double>
  {
    let wanted: ClosedRange<Double>
    switch limits[channel] {
    case .money(let range): wanted = range
    case .shareOfCurrent(let range):
      guard let current else {
        throw InputError(
          .invalid, key: "limits.\(channel)", problem: "is a share of a spend that is not known",
          remedy: "give amounts of money, or the channel's recent spends")
      }
      wanted = range.lowerBound * current...range.upperBound * current
    case nil: return possible
    }
    guard wanted.overlaps(possible) else {
      throw InputError(
        .invalid, key: "limits.\(channel)",
        problem:
          "is \(wanted.lowerBound) to \(wanted.upperBound), outside \(possible.lowerBound) to \(possible.upperBound)",
        remedy: "stay where the channel's curve is known")
    }
    return wanted.clamped(to: possible)
  }

  /// Throws where a limit names no channel.
  func check(names: [String]) throws(InputError) {
    for name in limits.keys.sorted() where !names.contains(name) {
      throw InputError(
        .invalid, key: "limits.\(name)", problem: "names no channel",
        remedy: nearest(to: name, in: names).map { "did you mean '\($0)'?" }
          ?? "there are \(names.joined(separator: ", "))")
    }
  }
}

extension PlanConstraints {
  /// The curves with these limits in place of, or within, their own.
  ///
  /// - Throws: `InputError` where a limit names no curve or leaves what the curve knows.
  public func limiting(_ curves: [ResponseTable]) throws(InputError) -> [ResponseTable] {
    try check(names: curves.map(\.name))
    return try curves.map { curve throws(InputError) in
      guard limits[curve.name] != nil else { return curve }
      var limited = curve
      limited.limits = try range(
        of: curve.name, current: curve.current, within: curve.spends[0]...curve.spends[curve.spends.count - 1]
      )
      return limited
    }
  }
}
