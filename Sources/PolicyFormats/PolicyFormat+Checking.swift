import Documents
import Learning

extension PolicyFormat {
  /// Writes a policy of either form with test vectors in it, reads the file back, and compares what it computes.
  ///
  /// - Returns: the largest difference of values, as a share of the largest where that is above 1; infinite where the file
  ///   carries other vectors than were written.
  /// - Throws: `InputError` where the format cannot hold the policy; what writing and reading throw.
  package func writeChecked(_ policy: TrainedPolicy, to path: String) throws(InputError) -> Float {
    switch policy {
    case .network(let policy):
      if let refusal = refusal(of: policy) { throw refusal }
      let vectors = TestVectors(policy)
      try write(policy, vectors: vectors, to: path)
      let (carried, computed) = try readBack(path)
      guard carried == vectors else { return .infinity }
      return carried.difference(
        to: computed, branchSizes: policy.shape.isChosenByBranch ? policy.shape.branchSizes : nil)
    case .weaklyCoupled(let policy):
      let vectors = WeaklyCoupledVectors(policy)
      try write(policy, vectors: vectors, to: path)
      let (carried, computed) = try readBackChannels(path)
      return carried == vectors ? carried.difference(to: computed) : .infinity
    }
  }
}
