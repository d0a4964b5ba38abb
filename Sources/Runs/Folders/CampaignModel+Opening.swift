import Apportion
import Documents

extension CampaignModel {
  /// Opens what the campaigns of a policy share; `path` is one that `openPolicy` takes.
  ///
  /// - Throws: what `openPolicy` throws; `InputError` where the problem is no market; `CampaignError` where policy and market
  ///   do not fit.
  package convenience init(opening path: String) throws {
    let (problem, policy) = try openPolicy(at: path)
    guard let market = (problem as? BudgetProblem)?.market else {
      throw InputError(
        .invalid, file: path, problem: "is no policy of a market", remedy: "only those have campaigns")
    }
    try self.init(market: market, policy: policy)
  }
}

extension RunFolder {
  /// The market that the run is trained on.
  ///
  /// - Throws: `InputError` where it is trained on something else.
  func market() throws -> Market {
    guard let problem = try problem() as? BudgetProblem else {
      throw InputError.configuration(path, "is no run of a market", "name one: only those have campaigns")
    }
    return problem.market
  }
}
