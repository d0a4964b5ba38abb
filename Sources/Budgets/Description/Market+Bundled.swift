import Documents
import Foundation

extension Market {
  /// The names of the markets that come with the library.
  public static let bundledNames = ["nine-campaigns", "retail-weekly", "Budget-3x4"]

  /// A market that comes with the library.
  ///
  /// - Throws: where no bundled market has that name, naming those that there are.
  public static func bundled(_ name: String) throws(InputError) -> Market {
    guard bundledNames.contains(name) else {
      throw InputError(noneOf: "bundled market", called: name, known: bundledNames)
    }
    let folder = Bundle.module.bundleURL.appendingPathComponent("Resources")
    return try Market(contentsOf: folder.appendingPathComponent("\(name).yaml").path)
  }

  /// The market of a file, or the bundled one of a name: a market file can stand wherever a name can.
  ///
  /// What holds a slash, ends in `.yaml` or `.yml`, or names a file that is there, is a path.
  public init(named name: String) throws(InputError) {
    if isDescriptionPath(name) {
      self = try Market(contentsOf: name)
    } else {
      self = try Market.bundled(name)
    }
  }
}
