import Documents
import LinearAlgebra

/// A visitor as he is told of from outside, rather than drawn: what he saw and did, and what may be shown to him.
public struct ToldVisitor: Sendable {
  /// A row for each thing he saw, in the order of time; nil of a new visitor.
  package var history: CSVTable?
  /// A row for each candidate.
  package var candidates: CSVTable?
  /// The group that he is of.
  package var segment: String?

  /// Tells of a visitor.
  package init(history: CSVTable? = nil, candidates: CSVTable? = nil, segment: String? = nil) {
    (self.history, self.candidates, self.segment) = (history, candidates, segment)
  }

  /// The rows of the candidates, as many as `positions` at least and `limit` at most.
  func candidateTable(positions: Int, limit: Int, columns: String) throws(InputError) -> CSVTable {
    guard let candidates else {
      throw InputError(
        .invalid, key: "--candidates", problem: "is needed",
        remedy: "give a table with the columns \(columns) and a row for each candidate")
    }
    guard (positions...limit).contains(candidates.rowCount) else {
      throw InputError(
        .invalid, file: candidates.path, problem: "has \(candidates.rowCount) candidates",
        remedy: "give \(positions) to \(limit), which is what the policy was trained on")
    }
    return candidates
  }

  /// Throws where something is told that the world has no use for.
  func refuse(_ isTold: Bool, _ option: String, _ reason: String) throws(InputError) {
    guard !isTold else {
      throw InputError(.unknownKey, key: option, problem: reason, remedy: "leave it out")
    }
  }
}

extension CSVTable {
  /// A column that must be there.
  fileprivate func required(_ name: String) throws(InputError) -> Int {
    guard let column = column(name) else { throw missing(column: name) }
    return column
  }

  /// A cell as a number within a range.
  fileprivate func number(_ row: Int, _ column: Int, in range: ClosedRange<Double>) throws(InputError)
    -> Float
  {
    let number = try requireNumber(row: row, column: column)
    guard range.contains(number) else {
      throw error(
        row: row, column: column, "is \(text(row: row, column: column))",
        "give a number from \(readable(range.lowerBound)) to \(readable(range.upperBound))")
    }
    return Float(number)
  }

  /// A cell as the place of a name in a list.
  fileprivate func place(_ row: Int, _ column: Int, among names: [String], _ what: String) throws(InputError)
    -> Int
  {
    let name = text(row: row, column: column)
    if let place = names.firstIndex(of: name) { return place }
    throw error(
      row: row, column: column, "is '\(name)', no \(what)",
      nearest(to: name, in: names).map { "did you mean '\($0)'?" }
        ?? "there are \(names.prefix(12).joined(separator: ", "))")
  }

  /// The cells of a column, each once.
  fileprivate func names(of name: String) throws(InputError) -> [String] {
    let column = try required(name)
    let names = (0..<rowCount).map { text(row: $0, column: column) }
    for row in names.indices where names[row].isEmpty || names[..<row].contains(names[row]) {
      throw error(
        row: row, column: column, "is empty or there twice", "give every candidate a name of its own")
    }
    return names
  }
}

extension ShopWorld {
  /// The history's column `view` names the products viewed; candidates are the products.
  public func visitor(_ told: ToldVisitor) throws(InputError) -> (state: Visitor, candidates: [String]) {
    try told.refuse(told.candidates != nil, "--candidates", "is not needed: a shop shows its own products")
    try told.refuse(told.segment != nil, "--segment", "is not needed: visitors of a shop are of no group")
    var history = ViewHistory(products: law.products)
    if let table = told.history {
      let view = try table.required("view")
      for row in 0..<table.rowCount {
        history.add(try table.place(row, view, among: names, "product of the shop"))
      }
    }
    return (
      Visitor(interests: [Float](repeating: 0, count: law.dimension), history: history), names
    )
  }
}

extension LongTermSatisfaction {
  /// The history's columns are `clickbait` (0 to 1) of what was taken and the `engagement` with it, a row a step; those of
  /// candidates `item` and `clickbait`.
  public func visitor(_ told: ToldVisitor) throws(InputError) -> (state: State, candidates: [String]) {
    try told.refuse(told.segment != nil, "--segment", "is not needed: these users are of no group")
    let table = try told.candidateTable(positions: positions, limit: candidates, columns: "item, clickbait")
    let (items, score) = (try table.names(of: "item"), try table.required("clickbait"))
    var state = State(exposure: 0, left: steps, scores: [Float](repeating: 0, count: candidates))
    for row in items.indices { state.scores[row] = try table.number(row, score, in: 0...1) }
    guard let history = told.history else { return (state, items) }
    let (shown, engagement) = (try history.required("clickbait"), try history.required("engagement"))
    for row in 0..<history.rowCount {
      state.seenExposure = memory * state.seenExposure - 2 * (try history.number(row, shown, in: 0...1) - 0.5)
      state.logEngagement = ScalarKernels.log(try history.number(row, engagement, in: 1e-6...1e30))
    }
    state.left -= history.rowCount
    guard state.left > 0 else {
      throw InputError(
        .invalid, file: history.path, problem: "has \(history.rowCount) steps of a visit of \(steps)",
        remedy: "begin a new visit")
    }
    return (state, items)
  }
}

extension FeedWorld {
  /// The history has a row for each article shown: `slate` (rising), `topic`, `clicked` (0 or 1); candidates have `item`,
  /// `topic` and `quality`, which is empty of a new article.
  public func visitor(_ told: ToldVisitor) throws(InputError) -> (state: State, candidates: [String]) {
    let names = segments.map(\.name)
    guard let segment = names.count == 1 ? 0 : told.segment.flatMap({ names.firstIndex(of: $0) }) else {
      throw InputError(
        .invalid, key: "--segment",
        problem: told.segment.map { "is '\($0)', no segment of the feed" } ?? "is needed",
        remedy: "there are \(names.joined(separator: ", "))")
    }
    let table = try told.candidateTable(
      positions: positions, limit: candidates, columns: "item, topic, quality")
    let (items, topic, quality) = (
      try table.names(of: "item"), try table.required("topic"), try table.required("quality")
    )
    let zeros = [Float](repeating: 0, count: topics.count)
    var state = State(
      segment: segment, interests: segments[segment].interests, clicked: zeros, shown: zeros,
      candidates: [Article](repeating: Article(topic: 0, quality: 0, isNew: true), count: candidates))
    for row in items.indices {
      let isNew = table.text(row: row, column: quality).isEmpty
      state.candidates[row] = Article(
        topic: try table.place(row, topic, among: topics, "topic of the feed"),
        quality: isNew ? 0 : try table.number(row, quality, in: -100...100), isNew: isNew)
    }
    guard let history = told.history else { return (state, items) }
    let (slate, shown, clicked) = (
      try history.required("slate"), try history.required("topic"), try history.required("clicked")
    )
    var current = -Float.infinity
    for row in 0..<history.rowCount {
      let number = try history.number(row, slate, in: 0...1e6)
      guard number >= current else {
        throw history.error(row: row, column: slate, "falls", "give slates in the order of time")
      }
      if number > current {
        for topic in topics.indices {
          state.clicked[topic] *= memory
          state.shown[topic] *= memory
        }
        current = number
      }
      let topic = try history.place(row, shown, among: topics, "topic of the feed")
      state.shown[topic] += 1 / Float(positions)
      if try history.number(row, clicked, in: 0...1) > 0 { state.clicked[topic] += 1 }
    }
    return (state, items)
  }
}
