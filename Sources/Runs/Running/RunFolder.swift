import Apportion
import Documents
import Foundation

/// The folder of a training run, and where things lie in it.
public struct RunFolder: Sendable, Equatable {
  /// The folder's path.
  public let path: String

  /// The resolved configuration.
  public var configuration: String { path + "/config.yaml" }
  /// The market that the run trains for.
  public var market: String { path + "/market.yaml" }
  /// The plausible markets of a run that is trained on such.
  public var plausible: String { path + "/plausible.csv" }
  /// The metrics as a table.
  public var metrics: String { path + "/metrics.csv" }
  /// The learning curves of a run of several seeds, which has no metrics.
  public var curves: String { path + "/curves.csv" }
  /// The policies saved on the way.
  public var checkpoints: String { path + "/checkpoints" }
  /// The last policy, that of the first seed where there are several.
  public var policy: String { path + "/policy.safetensors" }
  /// The last evaluation.
  public var evaluation: String { path + "/evaluation.json" }
  /// The last explanation.
  public var explanation: String { path + "/explanation.json" }
  /// The last report.
  public var report: String { path + "/report.html" }

  /// Reads the market that the run trains for.
  ///
  /// - Throws: `FileError` of a run that has none; `MarketError` where it cannot be read.
  package func readMarket() throws -> Market {
    guard FileManager.default.fileExists(atPath: market) else {
      throw FileError.missing(
        path: market, remedy: "only the policies of markets are evaluated and explained")
    }
    return try Market(contentsOf: market)
  }

  /// The plausible markets of the run, or nil where it is trained on its market alone.
  ///
  /// - Throws: `MarketError` where the table does not fit the market.
  package func plausibleMarkets(of market: Market) throws(MarketError) -> PlausibleMarkets? {
    guard FileManager.default.fileExists(atPath: plausible) else { return nil }
    return try PlausibleMarkets(market: market, table: CSVTable(contentsOf: plausible))
  }

  /// The policy saved after a number of steps.
  public func checkpoint(step: Int) -> String {
    checkpoints + "/policy-" + String(repeating: "0", count: max(0, 12 - "\(step)".count))
      + "\(step).safetensors"
  }

  /// Creates the folder of a new run; throws `FileError` where it already holds a run or cannot be created.
  public init(creating path: String) throws(FileError) {
    self.path = path
    guard !FileManager.default.fileExists(atPath: configuration) else {
      throw .unwritable(path: path, reason: "it already holds a run; name another folder with --output")
    }
    do {
      try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: "the folder cannot be created")
    }
  }

  /// Opens the folder of a run; throws `FileError.missing` where there is none.
  public init(opening path: String) throws(FileError) {
    self.path = path
    guard FileManager.default.fileExists(atPath: configuration) else { throw .missing(path: configuration) }
  }

  /// A folder's name that does not exist yet: `runs/nine-campaigns-1`, `runs/nine-campaigns-2`, ….
  public static func proposal(for market: String) -> String {
    let name = market.split(separator: "/").last.map(String.init) ?? market
    let stem = name.hasSuffix(".yaml") ? String(name.dropLast(5)) : name
    var number = 1
    while FileManager.default.fileExists(atPath: "runs/\(stem)-\(number)") { number += 1 }
    return "runs/\(stem)-\(number)"
  }
}
