import Foundation

/// The descriptions that come with a module, in the folder `Resources` of its bundle.
package struct BundledFiles: Sendable {
  /// What they describe, as in `bundled market`.
  private let thing: String
  /// Their names.
  package let names: [String]
  private let folder: String

  /// Names the descriptions of a bundle.
  package init(_ thing: String, _ names: [String], in bundle: Bundle) {
    self.thing = thing
    self.names = names
    folder = bundle.bundleURL.appendingPathComponent("Resources").path
  }

  /// Where a file of the folder stands.
  package func path(_ file: String) -> String { "\(folder)/\(file)" }

  /// Where the description of a name stands.
  ///
  /// - Throws: `InputError` where there is none of that name, with those that there are.
  package func description(_ name: String) throws(InputError) -> String {
    guard names.contains(name) else { throw InputError(noneOf: thing, called: name, known: names) }
    return path("\(name).yaml")
  }
}
