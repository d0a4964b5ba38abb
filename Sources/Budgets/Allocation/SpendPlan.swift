/// How much money each channel should get, what that is expected to earn, and a bound on what any other split could.
public struct SpendPlan: Sendable, Equatable {
  /// What a plan gives one channel.
  public struct Row: Sendable, Equatable {
    /// The channel.
    public let name: String
    /// Money over the whole plan.
    public let spend: Double
    /// The outcome that the channel is expected to bring, money already at work before the plan included.
    public let outcome: Double
    /// Outcome per unit of money at the margin, all of the channel's spends raised in proportion.
    public let marginalReturn: Double
    /// The money and the outcome of going on as before; nil where that is not known.
    public let current: (spend: Double, outcome: Double)?
    /// What the plan had to keep the spend within.
    public let limits: ClosedRange<Double>
    /// Money by tick; one number where the plan is not cut into ticks.
    public let schedule: [Double]

    /// Equal in every part.
    public static func == (a: Row, b: Row) -> Bool {
      a.name == b.name && a.spend == b.spend && a.outcome == b.outcome && a.marginalReturn == b.marginalReturn
        && a.current?.spend == b.current?.spend && a.current?.outcome == b.current?.outcome
        && a.limits == b.limits && a.schedule == b.schedule
    }
  }

  /// The money that may be spent.
  public let budget: Double
  /// One row per channel.
  public let rows: [Row]
  /// The limits of channels together, by names.
  let groups: [(names: [String], limits: ClosedRange<Double>)]
  /// What is maximised: the outcome, less the money where that is asked for.
  let objective: Double
  /// What no split within the same limits can exceed.
  public let bound: Double
  /// How far above the plan's objective the bound lies, as a share of the objective: 0 is proven best.
  public let certifiedGap: Double

  init(
    budget: Double, rows: [Row], groups: [(names: [String], limits: ClosedRange<Double>)] = [],
    objective: Double,
    bound: Double
  ) {
    self.budget = budget
    self.rows = rows
    self.groups = groups
    self.objective = objective
    self.bound = bound
    // Nothing is a share of an objective that is not above 0.
    certifiedGap = bound > objective ? (objective > 0 ? (bound - objective) / objective : 1) : 0
  }

  /// Equal in every part.
  public static func == (a: SpendPlan, b: SpendPlan) -> Bool {
    a.budget == b.budget && a.rows == b.rows && a.bound == b.bound && a.certifiedGap == b.certifiedGap
      && a.groups.map(\.names) == b.groups.map(\.names) && a.groups.map(\.limits) == b.groups.map(\.limits)
  }

  /// The money spent.
  public var spend: Double { rows.reduce(0) { $0 + $1.spend } }
  /// The outcome expected, over all channels.
  public var outcome: Double { rows.reduce(0) { $0 + $1.outcome } }
  /// The outcome of going on as before; nil where that is not known of every channel.
  public var currentOutcome: Double? {
    let outcomes = rows.compactMap { $0.current?.outcome }
    return outcomes.count == rows.count ? outcomes.reduce(0, +) : nil
  }

  /// How many limits the plan breaks, the budget among them; more than rounding errors count.
  public var violations: Int {
    rows.count { row in
      let slack = 1e-9 * max(row.limits.upperBound, 1)
      return row.spend < row.limits.lowerBound - slack || row.spend > row.limits.upperBound + slack
    }
      + groups.count { group in
        let spend = rows.reduce(0) { $0 + (group.names.contains($1.name) ? $1.spend : 0) }
        let slack = 1e-9 * max(group.limits.upperBound, 1)
        return spend < group.limits.lowerBound - slack || spend > group.limits.upperBound + slack
      } + (spend > budget * (1 + 1e-9) ? 1 : 0)
  }
}
