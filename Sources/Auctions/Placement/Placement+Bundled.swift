import Documents
import Foundation

extension Placement {
  /// All of them drawn: logs of real auctions may not be passed on.
  static let bundled = BundledFiles("bundled campaign", ["drawn-auctions", "three-creatives"], in: .module)

  /// The campaigns that come with the library.
  public static var bundledNames: [String] { bundled.names }

  /// A campaign that comes with the library.
  ///
  /// - Throws: `InputError` where none has the name.
  public init(bundled name: String) throws(InputError) {
    try self.init(contentsOf: Self.bundled.description(name))
  }
}
