import Documents
import Foundation

extension Market {
  static let bundledFiles = BundledFiles(
    "bundled market", ["nine-campaigns", "retail-weekly", "Budget-3x4"], in: .module)

  /// The names of the markets that come with the library.
  public static var bundledNames: [String] { bundledFiles.names }

  /// A market that comes with the library.
  ///
  /// - Throws: where no bundled market has that name, naming those that there are.
  public static func bundled(_ name: String) throws(InputError) -> Market {
    try Market(contentsOf: bundledFiles.description(name))
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
