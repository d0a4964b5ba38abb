import Documents

/// What each choice of a branch costs, as a policy's metadata carries it to those who serve the policy.
package struct ActionLadder: Sendable, Equatable, Codable {
  /// The branch's name.
  let name: String
  /// Money per tick of its choices, in their order.
  let levels: [Double]

  /// The key of the policy's metadata.
  static let key = "action_ladder"

  /// The ladders of a market's channels.
  static func text(of market: Market) -> String {
    metadataText(market.channels.map { ActionLadder(name: $0.name, levels: $0.levels) })
  }

  /// The costs of all choices, branch after branch; nil where a policy's metadata has none that fit its branches.
  package static func costs(in metadata: [String: String], branchSizes: [Int]) -> [Float]? {
    guard
      let value = metadata[key].flatMap({ try? JSONValue(parsing: $0.utf8) }),
      let ladders = try? value.decoded(as: [ActionLadder].self)
    else { return nil }
    let costs = ladders.flatMap(\.levels).map { Float($0) }
    return ladders.map(\.levels.count) == branchSizes && costs.allSatisfy { $0 >= 0 && $0.isFinite }
      ? costs : nil
  }
}
