import Documents
import Foundation
import Learning

extension TrainedPolicy {
  /// The policy of a run's folder, or of a policy file; throws `InputError`.
  package init(runOrFile path: String) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    try self.init(contentsOf: exists && isFolder.boolValue ? RunFolder(opening: path).policy : path)
  }
}
