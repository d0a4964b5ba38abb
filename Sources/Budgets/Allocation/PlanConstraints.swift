import Documents

/// What a plan must keep to.
public struct PlanConstraints: Sendable, Equatable {
  /// The money that may be spent; nil for the market's own budget.
  public var budget: Double?
  /// The money that a tick may spend; nil for the market's own cap.
  public var tickCap: Double?
  /// By channel, between what amounts its spend must stay.
  public var limits: [String: Limit]
  /// By channel, between what amounts its spend in each tick must stay.
  public var tickLimits: [String: ClosedRange<Double>] = [:]
  /// Channels that keep today's schedule, tick by tick.
  public var frozen: Set<String> = []
  /// Channels whose spends are limited together.
  public var groups: [Group] = []
  /// Held over the whole plan, by spending less than the budget where need be.
  public var target: Target?
  /// The outcome that is to be reached with the least money; nil spends the budget as well as possible.
  public var targetOutcome: Double?

  /// Between what amounts a channel's spend must stay.
  public enum Limit: Sendable, Equatable {
    /// Money over the whole plan.
    case money(ClosedRange<Double>)
    /// Shares of what is spent today: 0.7...1.3 is ±30 %, 1...1 keeps its total.
    case shareOfCurrent(ClosedRange<Double>)

    /// The limits in money; nil where what is spent today is not known.
    func money(current: Double?) -> ClosedRange<Double>? {
      switch self {
      case .money(let range): return range
      case .shareOfCurrent(let range):
        return current.map { current in
          range.lowerBound * current...(range.upperBound.isFinite ? range.upperBound * current : .infinity)
        }
      }
    }
  }

  /// Channels whose spends are limited together.
  public struct Group: Sendable, Equatable {
    /// Their names.
    public let names: [String]
    /// Between what their sum must stay.
    public let limit: Limit

    /// Limits channels together.
    public init(names: [String], limit: Limit) {
      self.names = names
      self.limit = limit
    }
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
    guard let limit = limits[channel] else { return possible }
    return try within(possible, limit, current: current, key: "limits.\(channel)")
  }

  /// A limit in money, within what is possible at all.
  func within(
    _ possible: ClosedRange<Double>, _ limit: Limit, current: Double?, key: String
  ) throws(InputError) -> ClosedRange<Double> {
    guard let wanted = limit.money(current: current) else {
      throw InputError(
        .invalid, key: key, problem: "is a share of a spend that is not known",
        remedy: "give amounts of money, or the channel's recent spends")
    }
    guard wanted.overlaps(possible) else {
      // What is spent today lies on the edge of what is possible but for rounding.
      let slack = 1e-9 * max(abs(possible.upperBound), .leastNormalMagnitude)
      if wanted.lowerBound <= possible.upperBound + slack, wanted.upperBound >= possible.lowerBound - slack {
        let edge = wanted.lowerBound > possible.upperBound ? possible.upperBound : possible.lowerBound
        return edge...edge
      }
      throw InputError(
        .invalid, key: key,
        problem:
          "is \(wanted.lowerBound) to \(wanted.upperBound), outside \(possible.lowerBound) to \(possible.upperBound)",
        remedy: "stay where the channel's curve is known")
    }
    return wanted.clamped(to: possible)
  }

  /// Throws where a limit names no channel, or a channel stands in two groups.
  func check(names: [String]) throws(InputError) {
    let limited =
      limits.keys.map { ("limits.\($0)", $0) } + tickLimits.keys.map { ("tick limits.\($0)", $0) }
      + frozen.map { ("frozen.\($0)", $0) }
      + groups.flatMap { group in group.names.map { ("limits.\($0)", $0) } }
    for (key, name) in limited.sorted(by: { $0.0 < $1.0 }) where !names.contains(name) {
      throw InputError(
        .invalid, key: key, problem: "names no channel",
        remedy: nearest(to: name, in: names).map { "did you mean '\($0)'?" }
          ?? "there are \(names.joined(separator: ", "))")
    }
    for name in frozen.sorted() where limits[name] != nil || tickLimits[name] != nil {
      throw InputError(
        .invalid, key: "frozen.\(name)", problem: "is frozen and limited at once",
        remedy: "leave out one of the two")
    }
    var seen: Set<String> = []
    for name in groups.flatMap(\.names) where !seen.insert(name).inserted {
      throw InputError(
        .invalid, key: "limits.\(name)", problem: "stands in two groups",
        remedy: "name each channel in one group")
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
      let whole = curve.spends[0]...curve.spends[curve.spends.count - 1]
      let limit: Limit? = frozen.contains(curve.name) ? .shareOfCurrent(1...1) : limits[curve.name]
      guard let limit else { return curve }
      var limited = curve
      limited.limits = try within(whole, limit, current: curve.current, key: "limits.\(curve.name)")
      return limited
    }
  }

  /// The groups' limits in money, by names.
  ///
  /// - Throws: `InputError` where a group cannot be kept to.
  package func limitedGroups(
    of curves: [ResponseTable]
  ) throws(InputError) -> [(names: [String], limits: ClosedRange<Double>)] {
    var limited: [(names: [String], limits: ClosedRange<Double>)] = []
    for group in groups {
      let members = curves.filter { group.names.contains($0.name) }
      let currents = members.compactMap(\.current)
      let possible =
        members.reduce(0) { $0 + $1.limits.lowerBound }...members.reduce(0) { $0 + $1.limits.upperBound }
      limited.append(
        (
          group.names,
          try within(
            possible, group.limit, current: currents.count == members.count ? currents.reduce(0, +) : nil,
            key: "limits.\(group.names.joined(separator: "+"))")
        ))
    }
    return limited
  }
}
