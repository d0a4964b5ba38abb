import Documents
import Learning

extension TrainedPolicy {
  /// Reads a policy of either form; throws `InputError` where the file is damaged or holds no policy.
  public init(contentsOf path: String) throws(InputError) {
    self = try Safetensors.read(path) { file throws(InputError) in try Self(file) }
  }

  /// Takes a policy of either form out of a file; throws as `Policy.init` and `WeaklyCoupledPolicy.init` do.
  public init(_ file: Safetensors) throws(InputError) {
    self =
      file.metadata[WeaklyCoupledPolicyFile.Key.format] == WeaklyCoupledPolicyFile.format
      ? .weaklyCoupled(try WeaklyCoupledPolicy(file)) : .network(try Policy(file))
  }

  /// The policy as named tensors and metadata.
  public var safetensors: Safetensors {
    switch self {
    case .network(let policy): policy.safetensors
    case .weaklyCoupled(let policy): policy.safetensors
    }
  }

  /// Writes the policy, whole or not at all.
  public func write(to path: String) throws(InputError) { try safetensors.write(to: path) }

  /// The network over whole observations that a task needs.
  ///
  /// - Parameter task: what it is to be, as in "trained on".
  package func network(to task: String) throws(InputError) -> Policy {
    guard let network else {
      throw InputError(
        .invalid, key: "policy", problem: "is weakly coupled, which cannot be \(task)",
        remedy: "name a network over whole observations")
    }
    return network
  }
}
