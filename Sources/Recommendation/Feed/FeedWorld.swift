import Environments
import LinearAlgebra

/// A feed of articles: visitors of different segments with interests that drift, articles of topics, qualities and ages,
/// slates read from the top, and boredom with what is shown too often.
///
/// A visitor of segment s has an interest ω_k in each topic, normal around his segment's, that drifts with every slate. An
/// article i of topic k and quality z attracts him with probability a = σ(appeal + ω_k + z + novelty · [i is new] −
/// boredom · b_k); b_k counts the topic's share of the slates so far, `memory` left of it a slate later. He looks at the
/// slate by a position model, where he looks at position p with a probability of its own and clicks on as much as attracts
/// him, or by a cascade, where he goes down, stops at the first click, and goes on past what he does not click with one
/// probability (Craswell, Zoeter, Taylor and Ramsey, 2008). Who clicks on nothing is likelier to leave. The reward is the
/// number of clicks.
///
/// Seen are his segment, the topics clicked on and shown lately, and of each candidate its topic, its quality unless it is
/// new, and whether it is. Which topics attract a visitor must be found out, and not be worn out.
public struct FeedWorld: SlateWorld, Equatable {
  /// How a slate is looked at.
  public enum Clicks: Sendable, Equatable {
    /// The probability that each position is looked at.
    case positions([Float])
    /// The probability of going on past an article that is not clicked on.
    case cascade(Float)
  }

  /// The names of the topics.
  package var topics: [String]
  /// The segments of visitors: a name, a share of the visitors, and the mean interest in each topic.
  package var segments: [Segment]
  /// The number of candidates of a slate.
  public var candidates = 10
  /// The number of positions of a slate.
  public var positions = 3
  /// How slates are looked at.
  public var clicks = Clicks.cascade(0.8)
  /// The logit of the attraction of an article that is nothing special.
  package var appeal: Float = -2
  /// The standard deviation of a visitor's interests around his segment's.
  package var interestDeviation: Float = 1
  /// The standard deviation of an interest's change with a slate.
  public var drift: Float = 0.1
  /// The standard deviation of the articles' quality.
  package var qualityDeviation: Float = 0.5
  /// The share of candidates that are new, their quality unknown.
  package var newShare: Float = 0.2
  /// What being new adds to the attraction's logit.
  package var novelty: Float = 0
  /// What a topic shown all over one slate takes off its attraction's logit.
  package var boredom: Float = 0.5
  /// What is left of boredom a slate later.
  package var memory: Float = 0.8
  /// The chance to leave after a slate with a click.
  package var leave: Float = 0.02
  /// The chance to leave after a slate without one.
  package var leaveWithoutClick: Float = 0.1
  /// After how many slates a visit ends at the latest.
  package var longestVisit = 100

  /// A group of visitors.
  package struct Segment: Sendable, Equatable {
    /// What it is called.
    package var name: String
    /// Its share of the visitors, in proportion to those of the others.
    package var share: Float
    /// The mean interest in each topic.
    package var interests: [Float]

    /// Describes a segment.
    package init(name: String, share: Float, interests: [Float]) {
      self.name = name
      self.share = share
      self.interests = interests
    }
  }

  /// A feed with the default numbers.
  package init(topics: [String], segments: [Segment]) {
    precondition(
      !topics.isEmpty && !segments.isEmpty && segments.allSatisfy { $0.interests.count == topics.count },
      "A feed needs topics, and segments with an interest in each.")
    self.topics = topics
    self.segments = segments
  }

  /// A visitor and the candidates of his next slate.
  public struct State: Sendable {
    var segment: Int
    var interests: [Float]
    var clicked: [Float]
    package var shown: [Float]
    var candidates: [Article]
  }

  /// A candidate.
  struct Article: Sendable {
    var topic: Int
    var quality: Float
    var isNew: Bool
  }

  /// What is known of the visitor, then each candidate's topic, quality, newness, and its topic's clicks and showings.
  public var slateLayout: SlateLayout {
    let chances: [Float] =
      switch clicks {
      case .positions(let chances): chances
      // What is seen if nothing is clicked on: clicks are few.
      case .cascade(let goesOn):
        (0..<positions).map { position in (0..<position).reduce(1) { p, _ in p * goesOn } }
      }
    return SlateLayout(
      userColumns: segments.count + 2 * topics.count, candidates: candidates, itemColumns: topics.count + 4,
      positions: positions, choice: .examined(chances))
  }

  /// Names by column.
  public var observationLayout: ObservationLayout {
    var names = segments.map { "segment:\($0.name)" }
    names += topics.map { "clicked_lately:\($0)" } + topics.map { "shown_lately:\($0)" }
    for candidate in 0..<candidates {
      names += itemColumnNames.map { "\($0):\(candidate)" }
    }
    return ObservationLayout(names: names)
  }

  /// The columns of a candidate.
  public var itemColumnNames: [String] {
    topics.map { "topic_\($0)" } + ["quality", "is_new", "topic_clicked", "topic_shown"]
  }

  /// Some microseconds.
  public var nanosecondsPerStep: Int { 1000 + 60 * candidates }
  /// The longest visit.
  public var timeLimit: Int? { longestVisit }

  /// A new visitor.
  public func makeState(stream: inout RandomStream) -> State {
    let total = segments.reduce(0) { $0 + $1.share }
    var (level, segment) = (stream.uniform() * total, 0)
    while segment < segments.count - 1, level >= segments[segment].share {
      level -= segments[segment].share
      segment += 1
    }
    var state = State(
      segment: segment,
      interests: segments[segment].interests.map { $0 + interestDeviation * stream.normal() },
      clicked: [Float](repeating: 0, count: topics.count), shown: [Float](repeating: 0, count: topics.count),
      candidates: [Article](repeating: Article(topic: 0, quality: 0, isNew: false), count: candidates))
    drawCandidates(&state, stream: &stream)
    return state
  }

  private func drawCandidates(_ state: inout State, stream: inout RandomStream) {
    for index in state.candidates.indices {
      state.candidates[index] = Article(
        topic: stream.integer(below: topics.count), quality: qualityDeviation * stream.normal(),
        isNew: stream.uniform() < newShare)
    }
  }

  /// Writes the row of a visitor and his candidates.
  public func observe(_ state: State, into row: inout MutableSpan<Float>) {
    for segment in segments.indices { row[segment] = segment == state.segment ? 1 : 0 }
    let (first, count) = (segments.count, topics.count)
    for topic in 0..<count {
      row[first + topic] = state.clicked[topic]
      row[first + count + topic] = state.shown[topic]
    }
    var column = first + 2 * count
    for article in state.candidates {
      for topic in 0..<count { row[column + topic] = topic == article.topic ? 1 : 0 }
      row[column + count] = article.isNew ? 0 : article.quality
      row[column + count + 1] = article.isNew ? 1 : 0
      row[column + count + 2] = state.clicked[article.topic]
      row[column + count + 3] = state.shown[article.topic]
      column += count + 4
    }
  }

  /// The chance that a visitor who looks at a candidate clicks on it.
  package func attraction(_ candidate: Int, _ state: State) -> Float {
    let article = state.candidates[candidate]
    return logistic(
      appeal + state.interests[article.topic] + article.quality + (article.isNew ? novelty : 0)
        - boredom * state.shown[article.topic])
  }

  /// Shows a slate.
  public func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    var clickCount = 0
    var goesOn = true
    for topic in topics.indices { state.clicked[topic] *= memory }
    for position in 0..<positions {
      let candidate = Int(action[position])
      // Chance is drawn for every position, so that visitors who see other slates have the same luck.
      let (look, attract) = (stream.uniform(), stream.uniform())
      let isRepeated = (0..<position).contains { action[$0] == action[position] }
      let isSeen: Bool
      switch clicks {
      case .positions(let chances): isSeen = look < chances[position]
      case .cascade(let chance):
        if position > 0, look >= chance { goesOn = false }
        isSeen = goesOn
      }
      guard isSeen, !isRepeated, attract < attraction(candidate, state) else { continue }
      clickCount += 1
      state.clicked[state.candidates[candidate].topic] += 1
      if case .cascade = clicks { goesOn = false }
    }
    for topic in topics.indices { state.shown[topic] *= memory }
    for position in 0..<positions {
      state.shown[state.candidates[Int(action[position])].topic] += 1 / Float(positions)
    }
    for topic in topics.indices { state.interests[topic] += drift * stream.normal() }
    let hasLeft = stream.uniform() < (clickCount > 0 ? leave : leaveWithoutClick)
    drawCandidates(&state, stream: &stream)
    return ScalarStep(reward: Float(clickCount), terminated: hasLeft)
  }
}

extension FeedWorld {
  /// About what no recommender earns more than in a visit, on average: what one earns who knows every interest and every
  /// quality, of visitors who are never bored and leave no sooner for a slate without a click.
  ///
  /// Interests, candidates and chance do not depend on what is shown, boredom only takes clicks away, and ranking by
  /// attraction is the best slate of both click models; so only the mean over visits played is uncertain.
  public func bound(visits: Int = 4000, seed: UInt64 = 0) -> Double {
    var carefree = self
    carefree.boredom = 0
    carefree.leaveWithoutClick = min(leave, leaveWithoutClick)
    carefree.leave = carefree.leaveWithoutClick
    var slate = [Int32](repeating: 0, count: positions)
    var total = 0.0
    for visit in 0..<visits {
      var stream = RandomStream(seed: seed | 1 << 62, purpose: .episode, lane: visit)
      var state = carefree.makeState(stream: &stream)
      for _ in 0..<longestVisit {
        let rates = (0..<candidates).map { carefree.attraction($0, state) }
        let ranked = rates.indices.sorted { rates[$0] > rates[$1] }
        for position in 0..<positions { slate[position] = Int32(ranked[position]) }
        let outcome = carefree.step(&state, action: slate.span, stream: &stream)
        total += Double(outcome.reward)
        if outcome.terminated { break }
      }
    }
    return total / Double(visits)
  }
}
