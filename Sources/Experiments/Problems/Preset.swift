import Apportion
import Foundation

/// A bundled configuration for an algorithm on a problem: `Presets/PROBLEM.ALGORITHM.yaml`, to use or to copy.
public enum Preset {
  /// The file for an algorithm on a problem; nil where the defaults must do.
  public static func file(_ problem: String, _ algorithm: Algorithm) -> String? {
    let path = Bundle.module.bundleURL.appendingPathComponent("Presets/\(problem).\(algorithm.rawValue).yaml")
      .path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
