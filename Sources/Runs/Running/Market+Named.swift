import Budgets
import Documents
import Foundation

extension Market {
  /// The market of a file, or the bundled one of a name: a market file can stand wherever a name can.
  ///
  /// What holds a slash, ends in `.yaml` or `.yml`, or names a file that is there, is a path.
  public init(named name: String) throws(MarketError) {
    let isPath = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
    if isPath || FileManager.default.fileExists(atPath: name) {
      self = try Market(contentsOf: name)
    } else {
      self = try Market.bundled(name)
    }
  }
}
