import Applications
import Apportion
import Documents
import Foundation

/// A policy and the problem that it is for.
///
/// - Parameter path: a run's folder, one of its checkpoints, or the folder of a version in a model repository.
/// - Throws: what opening the run or reading the version throws.
package func openPolicy(at path: String) throws -> (problem: any Application, policy: TrainedPolicy) {
  let version = URL(fileURLWithPath: path)
  guard FileManager.default.fileExists(atPath: version.appending(path: "manifest.json").path) else {
    let folder = try RunFolder(opening: path)
    return (try folder.problem(), try folder.readPolicy())
  }
  let model = version.deletingLastPathComponent()
  let repository = ModelRepository(model.deletingLastPathComponent().path)
  let published = try repository.load(model.lastPathComponent, version: Int(version.lastPathComponent) ?? 0)
  guard let owner = applications.first(where: { published.attachments[$0.fileName] != nil }) else {
    throw InputError(
      .invalid, file: path, problem: "the version has no problem beside it", remedy: "publish the run again")
  }
  return (try owner.init(runFolder: path), published.policy)
}
