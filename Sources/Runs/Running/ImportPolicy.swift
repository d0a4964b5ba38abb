import Apportion
import Documents

/// Makes a run of a policy that was trained elsewhere, to evaluate, export, publish or train on from.
///
/// - Parameters:
///   - file: a policy file of ours, or a PyTorch module's weights; see `Policy.init(importing:for:)`.
///   - configuration: the market and what the policy sees of it; the network's sizes are the file's.
///   - folder: the new run's folder.
/// - Returns: the policy.
/// - Throws: `ConfigurationError`, `MarketError`, `FileError`, `SafetensorsError` or `PolicyError`, all but the third
///   before anything is written.
public func importPolicy(_ file: String, configuration: TrainingConfiguration, folder: String) throws
  -> Policy
{
  var configuration = configuration
  let market = try Market(named: configuration.market)
  let environment = BudgetAllocation(market: market, observation: configuration.observation)
  let policy = try Policy(importing: try Safetensors(contentsOf: file), for: environment)
  configuration.adoptSizes(of: policy)
  try configuration.validate()
  let run = try RunFolder(creating: folder)
  try AtomicFile.write(market.yaml, to: run.market)
  try policy.write(to: run.policy)
  try AtomicFile.write(configuration.yaml, to: run.configuration)
  return policy
}

extension TrainingConfiguration {
  /// Takes over the sizes of a policy's network, and learns without pairs where its head cannot tell them apart.
  mutating func adoptSizes(of policy: Policy) {
    agent.hidden = policy.shape.hidden
    agent.head = policy.shape.aggregation
    agent.spendCap = policy.shape.layout.spend != nil
    if agent.head != .additive { counterfactual = false }
  }
}
