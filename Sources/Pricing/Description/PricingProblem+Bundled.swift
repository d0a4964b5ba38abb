import Documents
import Foundation

extension PricingProblem {
  /// The names of the problems that come with the library.
  public static let bundledNames = ["scarf-season", "yogurt-shelf", "hotel-nights", "hub-and-four-spokes"]

  /// A problem that comes with the library.
  ///
  /// - Throws: `InputError` where there is none of that name.
  public init(bundled name: String) throws(InputError) {
    guard Self.bundledNames.contains(name) else {
      throw InputError(noneOf: "bundled problem", called: name, known: Self.bundledNames)
    }
    try self.init(contentsOf: Self.bundledPath("\(name).yaml"))
  }

  /// Where a bundled file stands.
  static func bundledPath(_ file: String) -> String {
    Bundle.module.bundleURL.appendingPathComponent("Resources/\(file)").path
  }
}
