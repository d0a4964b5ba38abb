import Documents
import Foundation

extension Market {
  /// The names of the markets that come with the library.
  public static let bundledNames = ["nine-campaigns", "retail-weekly"]

  /// A market that comes with the library.
  ///
  /// - Throws: where no bundled market has that name, naming those that there are.
  public static func bundled(_ name: String) throws(MarketError) -> Market {
    guard bundledNames.contains(name) else {
      let meant = nearest(to: name, in: bundledNames).map { "did you mean '\($0)'? " } ?? ""
      throw MarketError(
        .unknownMarket, problem: "no bundled market is called '\(name)'",
        remedy: "\(meant)there are \(bundledNames.joined(separator: ", "))")
    }
    let folder = Bundle.module.bundleURL.appendingPathComponent("Resources")
    return try Market(contentsOf: folder.appendingPathComponent("\(name).yaml").path)
  }
}
