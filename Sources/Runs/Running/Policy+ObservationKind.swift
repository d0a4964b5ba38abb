import Apportion

extension Policy {
  /// What the policy sees of its market, as its file says.
  ///
  /// - Throws: `PolicyError.malformedMetadata` where it does not say so.
  package var observationKind: ObservationKind {
    get throws(PolicyError) {
      guard let kind = metadata["observation"].flatMap({ ObservationKind(rawValue: $0) }) else {
        let names = ObservationKind.allCases.map(\.rawValue).joined(separator: " or ")
        throw .malformedMetadata(key: "observation", detail: "it should be \(names)")
      }
      return kind
    }
  }
}
