import Documents
import Foundation

extension PricingProblem {
  static let bundled = BundledFiles(
    "bundled problem", ["scarf-season", "yogurt-shelf", "hotel-nights", "hub-and-four-spokes"], in: .module)

  /// The names of the problems that come with the library.
  public static var bundledNames: [String] { bundled.names }

  /// A problem that comes with the library.
  ///
  /// - Throws: `InputError` where there is none of that name.
  public init(bundled name: String) throws(InputError) {
    try self.init(contentsOf: Self.bundled.description(name))
  }
}
