import Apportion
import Documents
import Foundation

extension CampaignModel {
  /// Opens what the campaigns of a policy share.
  ///
  /// - Parameter path: a run's folder, one of its checkpoints, or the folder of a version in a model repository.
  /// - Throws: what opening the run or reading the version throws; `CampaignError` where policy and market do not fit.
  package convenience init(opening path: String) throws {
    let version = URL(fileURLWithPath: path)
    guard FileManager.default.fileExists(atPath: version.appending(path: "manifest.json").path) else {
      let folder = try RunFolder(opening: path)
      try self.init(market: try folder.market(), policy: try folder.readPolicy())
      return
    }
    let model = version.deletingLastPathComponent()
    let repository = ModelRepository(model.deletingLastPathComponent().path)
    let published = try repository.load(
      model.lastPathComponent, version: Int(version.lastPathComponent) ?? 0)
    guard let market = try Market(beside: published.attachments) else {
      throw InputError(
        .invalid, file: path, problem: "the version has no market beside it",
        remedy: "publish the run with its market")
    }
    try self.init(market: market, policy: published.policy)
  }
}
