import Applications
import Documents
import Foundation
import Learning
import PolicyFormats

/// The folder of a training run, and where things lie in it.
public struct RunFolder: Sendable, Equatable {
  /// The folder's path.
  public let path: String

  /// The resolved configuration.
  public var configuration: String { path + "/config.yaml" }
  /// The metrics as a table; of a run of several seeds, each seed's folder has its own.
  public var metrics: String { path + "/metrics.csv" }
  /// The scores of all checkpoints of all seeds as a table, where they were asked for.
  package var curves: String { path + "/curves.csv" }
  /// The same as a picture.
  package var curvesPicture: String { path + "/curves.svg" }
  /// How the training went.
  public var result: String { path + "/result.json" }
  /// The policies saved on the way.
  public var checkpoints: String { path + "/checkpoints" }
  /// The policy kept, that of the first seed where there are several; or the checkpoint that the folder was opened by.
  public let policy: String
  /// The last evaluation of that policy.
  package var evaluation: String { path + "/evaluation\(suffix).json" }
  /// The last explanation of that policy.
  package var explanation: String { path + "/explanation\(suffix).json" }
  /// The last report.
  package var report: String { path + "/report.html" }

  /// The policy saved after a number of steps.
  public func checkpoint(step: Int) -> String {
    checkpoints + "/policy-" + String(repeating: "0", count: max(0, 12 - "\(step)".count))
      + "\(step).safetensors"
  }

  /// The folder of one seed of several.
  package func seed(_ seed: UInt64) -> RunFolder { RunFolder(path: path + "/seed-\(seed)") }

  private init(path: String) {
    self.path = path
    policy = path + "/policy.safetensors"
  }

  /// What tells a checkpoint's files from those of the policy kept.
  private var suffix: String {
    let name = policy.split(separator: "/").last.map(String.init) ?? ""
    return name == "policy.safetensors"
      ? "" : String(name.dropFirst("policy".count).dropLast(".safetensors".count))
  }

  /// The policy.
  ///
  /// - Throws: `InputError` where there is none, naming the checkpoints that there are, or its
  ///   file is damaged.
  public func readPolicy() throws -> TrainedPolicy {
    if !FileManager.default.fileExists(atPath: policy) {
      let saved = ((try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []).sorted()
      throw InputError.missing(
        path: policy,
        remedy: saved.isEmpty
          ? "the run has no checkpoints either: train again"
          : "the run has checkpoints, the last of which is \(checkpoints)/\(saved[saved.count - 1])")
    }
    return try TrainedPolicy(contentsOf: policy)
  }

  /// Creates the folder of a new run, for this process alone: of several that ask for one path at once, one gets it.
  ///
  /// - Throws: `InputError` where it already holds a run or cannot be created.
  package init(creating path: String) throws(InputError) {
    self.init(path: path)
    do {
      try FileManager.default.createDirectory(
        atPath: path + "/checkpoints", withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: "the folder cannot be created")
    }
    let claim = open(configuration, O_CREAT | O_EXCL | O_WRONLY, 0o644)
    guard claim >= 0 else {
      throw .unwritable(
        path: path,
        reason: errno == EEXIST
          ? "it already holds a run; name another folder with --output" : String(cString: strerror(errno)))
    }
    close(claim)
  }

  /// Creates a folder under `runs/` that does not exist yet: `runs/NAME-1`, `runs/NAME-2`, ….
  package init(creatingFor name: String) throws(InputError) {
    var number = 1
    while true {
      let path = "runs/\(name)-\(number)"
      if !FileManager.default.fileExists(atPath: path) {
        do {
          self = try RunFolder(creating: path)
          return
        } catch {
          // Somebody else was faster; a folder that cannot be created at all cannot be created under another name either.
          guard FileManager.default.fileExists(atPath: path + "/config.yaml") else { throw error }
        }
      }
      number += 1
    }
  }

  /// Opens the folder of a run, or of one of its checkpoints, which then stands for the policy.
  ///
  /// - Throws: `InputError` where there is none.
  public init(opening path: String) throws(InputError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      // RUN/policy.safetensors or RUN/checkpoints/policy-….safetensors.
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
      let folder = parent.lastPathComponent == "checkpoints" ? parent.deletingLastPathComponent() : parent
      self.init(path: folder.relativePath, policy: path)
    } else {
      self.init(path: path)
    }
    guard FileManager.default.fileExists(atPath: configuration) else { throw .missing(path: configuration) }
  }

  private init(path: String, policy: String) {
    self.path = path
    self.policy = policy
  }
}
