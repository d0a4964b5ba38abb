import Documents

extension LongTermSatisfaction {
  /// Reads what differs from the published world.
  init(_ field: YAMLField) throws(InputError) {
    let numbers: [NumberKey<LongTermSatisfaction>] = [
      NumberKey("sensitivity", \.sensitivity, 0...100), NumberKey("memory", \.memory, 0...0.99),
      NumberKey("clickbait_mean", \.clickbaitMean, 0.1...20),
      NumberKey("quality_mean", \.qualityMean, 0...20), NumberKey("deviation", \.deviation, 0...3),
      NumberKey("innovation", \.innovation, 0...10),
    ]
    let counts: [CountKey<LongTermSatisfaction>] = [
      CountKey("candidates", \.candidates, 1...1000), CountKey("positions", \.positions, 1...100),
      CountKey("steps", \.steps, 1...10_000),
    ]
    self.init()
    let fields = try field.mapping(numbers.map(\.key) + counts.map(\.key))
    try fields.read(numbers, counts, into: &self)
    try requirePlaces(positions, candidates, fields, field)
  }
}

/// Throws where a slate has more positions than there are candidates.
private func requirePlaces(
  _ positions: Int, _ candidates: Int, _ fields: YAMLMapping, _ field: YAMLField
) throws(InputError) {
  guard positions <= candidates else {
    throw (fields["positions"] ?? fields["candidates"] ?? field).error(
      .invalid, "asks for \(positions) positions of \(candidates) candidates",
      "give at least as many candidates as positions")
  }
}

extension FeedWorld {
  /// Reads a feed.
  init(_ field: YAMLField) throws(InputError) {
    let numbers: [NumberKey<FeedWorld>] = [
      NumberKey("appeal", \.appeal, -20...20), NumberKey("interest_deviation", \.interestDeviation, 0...10),
      NumberKey("drift", \.drift, 0...10), NumberKey("quality_deviation", \.qualityDeviation, 0...10),
      NumberKey("new_share", \.newShare, 0...1), NumberKey("novelty", \.novelty, -20...20),
      NumberKey("boredom", \.boredom, 0...20), NumberKey("memory", \.memory, 0...0.99),
      NumberKey("leave", \.leave, 0...1), NumberKey("leave_without_click", \.leaveWithoutClick, 0...1),
    ]
    let counts: [CountKey<FeedWorld>] = [
      CountKey("candidates", \.candidates, 1...1000), CountKey("positions", \.positions, 1...100),
      CountKey("longest_visit", \.longestVisit, 1...10_000),
    ]
    let fields = try field.mapping(
      ["topics", "segments", "clicks"] + numbers.map(\.key) + counts.map(\.key))
    let list = try fields.required("topics")
    let topics = try list.items().map { item throws(InputError) in try item.text() }
    guard !topics.isEmpty, Set(topics).count == topics.count else {
      throw list.error(.invalid, "names no topic, or one twice", "give every topic a name of its own")
    }
    let groups = try fields.required("segments")
    let segments = try groups.items().map { item throws(InputError) in
      let segment = try item.mapping(["name", "share", "interests"])
      return Segment(
        name: try segment.required("name").text(),
        share: try segment["share"]?.number(in: 0.001...1_000_000) ?? 1,
        interests: try segment.required("interests").numbers(topics.count, in: -20...20))
    }
    guard !segments.isEmpty, Set(segments.map(\.name)).count == segments.count else {
      throw groups.error(.invalid, "names no segment, or one twice", "give every segment a name of its own")
    }
    self.init(topics: topics, segments: segments)
    try fields.read(numbers, counts, into: &self)
    try requirePlaces(positions, candidates, fields, field)
    guard let looks = fields["clicks"] else { return }
    let (model, details) = try looks.alternative(["positions", "cascade"])
    if model == "cascade" {
      clicks = .cascade(try details.number(in: 0...1))
    } else {
      let chances = try details.numbers(positions, in: 0...1)
      guard zip(chances, chances.dropFirst()).allSatisfy({ $0 >= $1 }) else {
        throw details.error(.invalid, "rises along the slate", "list the positions looked at most first")
      }
      clicks = .positions(chances)
    }
  }
}

extension ShopWorld {
  /// Reads a shop: products listed with factors and popularity, or a number of products drawn from a seed.
  init(_ field: YAMLField) throws(InputError) {
    let numbers: [NumberKey<Law>] = [
      NumberKey("interest_deviation", \.interestDeviation, 0...10), NumberKey("drift", \.drift, 0...10),
      NumberKey("popularity_deviation", \.popularityDeviation, 0...20),
      NumberKey("browse_to_show", \.browseToShow, 0.001...1),
      NumberKey("browse_to_leave", \.browseToLeave, 0...1),
      NumberKey("show_to_browse", \.showToBrowse, 0...1),
      NumberKey("show_to_leave", \.showToLeave, 0.001...1),
    ]
    let counts: [CountKey<Law>] = [
      CountKey("interests", \.dimension, 1...100), CountKey("swapped_pairs", \.flips, 0...500),
    ]
    let fields = try field.mapping(["products", "seed"] + numbers.map(\.key) + counts.map(\.key))
    var law = Law()
    try fields.read(numbers, counts, into: &law)
    for (first, second) in [("browse_to_show", "browse_to_leave"), ("show_to_browse", "show_to_leave")] {
      let sum =
        first == "browse_to_show" ? law.browseToShow + law.browseToLeave : law.showToBrowse + law.showToLeave
      guard sum <= 1 else {
        throw (fields[first] ?? fields[second] ?? field).error(
          .invalid, "adds up to \(sum) with '\(second)'", "give chances that add up to at most 1")
      }
    }
    let products = try fields.required("products")
    guard products.node.sequence != nil else {
      law.products = try products.integer(in: 2...1000)
      let seed = try fields["seed"]?.integer(in: 0 ... .max) ?? 1
      self.init(law: law, seed: UInt64(seed))
      return
    }
    if let seed = fields["seed"] {
      throw seed.error(.unknownKey, "decides nothing where products are listed", "leave it out")
    }
    var (factors, popularity, names) = ([Float](), [Float](), [String]())
    for item in try products.items() {
      let product = try item.mapping(["name", "factors", "popularity"])
      names.append(try product.required("name").text())
      factors += try product.required("factors").numbers(law.dimension, in: -100...100)
      popularity.append(try product.required("popularity").number(in: -100...100))
    }
    guard (2...1000).contains(names.count), Set(names).count == names.count else {
      throw products.error(
        .invalid, "lists \(names.count) products, or one twice", "list 2 to 1000, each with a name of its own"
      )
    }
    law.products = names.count
    self.init(law: law, viewFactors: factors, viewPopularity: popularity, names: names)
  }
}
