import Documents
import Foundation

extension Placement {
  /// The campaigns that come with the library, all of them drawn: logs of real auctions may not be passed on.
  public static let bundledNames = ["drawn-auctions", "three-creatives"]

  /// A campaign that comes with the library.
  ///
  /// - Throws: `InputError` where none has the name.
  public init(bundled name: String) throws(InputError) {
    guard Self.bundledNames.contains(name) else {
      throw InputError(noneOf: "bundled campaign", called: name, known: Self.bundledNames)
    }
    try self.init(contentsOf: Self.bundledPath("\(name).yaml"))
  }

  /// Where a bundled file stands.
  static func bundledPath(_ file: String) -> String {
    Bundle.module.bundleURL.appendingPathComponent("Resources/\(file)").path
  }
}
