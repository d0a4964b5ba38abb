import Apportion
import Foundation

/// A bundled configuration for an algorithm on a problem: `Presets/PROBLEM.ALGORITHM.yaml`, to use or to copy.
public enum Preset {
  /// The file for an algorithm on a problem, or for `dqn` where it is a variant of that without a file of its own; nil
  /// where the defaults must do.
  public static func file(_ problem: String, _ algorithm: Algorithm) -> String? {
    let names = [algorithm] + ([.doubleDQN, .quantileDQN].contains(algorithm) ? [.dqn] : [])
    let paths = names.map {
      Bundle.module.bundleURL.appendingPathComponent("Presets/\(problem).\($0.rawValue).yaml").path
    }
    return paths.first { FileManager.default.fileExists(atPath: $0) }
  }
}
