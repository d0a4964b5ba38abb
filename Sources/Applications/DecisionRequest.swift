import Documents

/// What a person says who asks what to do next.
package struct DecisionRequest: Sendable {
  /// Something that may be said; its raw value is the option of the command line that says it.
  package enum Part: String, CaseIterable, Sendable {
    /// See `DecisionRequest.history`.
    case history = "--history"
    /// See `DecisionRequest.candidates`.
    case candidates = "--candidates"
    /// See `DecisionRequest.segment`.
    case segment = "--segment"
    /// See `DecisionRequest.exploration`.
    case exploration = "--exploration"
    /// See `DecisionRequest.budget`.
    case budget = "--budget"
    /// See `DecisionRequest.paused`.
    case paused = "--pause"
    /// See `DecisionRequest.start`.
    case start = "--start"
  }

  /// The table of what has been seen so far; nil at the very beginning.
  package var history: String?
  /// The table of what may be shown now.
  package var candidates: String?
  /// The group that the visitor is of.
  package var segment: String?
  /// With which probability a position shows any candidate.
  package var exploration: Float = 0
  /// Decides what exploration draws.
  package var seed: UInt64 = 0
  /// The money to spend in all; nil for the description's.
  package var budget: Double?
  /// The names of what is to be left off.
  package var paused: [String] = []
  /// When tick 0 begins; nil where ticks are counted.
  package var start: String?
  /// How long a tick lasts.
  package var tickLength = "30m"
  /// The time zone of times.
  package var timeZone = "UTC"

  /// Nothing but that a decision is wanted.
  package init() {}

  private var said: Set<Part> {
    var said: Set<Part> = []
    if history != nil { said.insert(.history) }
    if candidates != nil { said.insert(.candidates) }
    if segment != nil { said.insert(.segment) }
    if exploration != 0 { said.insert(.exploration) }
    if budget != nil { said.insert(.budget) }
    if !paused.isEmpty { said.insert(.paused) }
    if start != nil { said.insert(.start) }
    return said
  }

  /// Throws where something is said that decides nothing here.
  ///
  /// - Parameters:
  ///   - useful: what decides something.
  ///   - problem: whose decision it is, as errors call it.
  package func allow(_ useful: Set<Part>, of problem: String) throws(InputError) {
    guard let first = Part.allCases.first(where: { said.contains($0) && !useful.contains($0) }) else {
      return
    }
    let names = Part.allCases.filter(useful.contains).map(\.rawValue)
    throw InputError(
      .unknownKey, key: first.rawValue, problem: "decides nothing of \(problem)",
      remedy: "leave it out; there are \(names.joined(separator: ", "))")
  }
}
