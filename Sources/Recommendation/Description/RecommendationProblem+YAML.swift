import Documents
import Foundation

extension RecommendationProblem {
  static let bundled = BundledFiles(
    "bundled problem", ["shop", "long-term-satisfaction", "clickbait", "news-feed"], in: .module)

  /// The names of the problems that come with the library.
  public static var bundledNames: [String] { bundled.names }

  /// A problem that comes with the library.
  ///
  /// - Throws: `InputError` where there is none of that name.
  public init(bundled name: String) throws(InputError) {
    try self.init(contentsOf: Self.bundled.description(name))
  }

  /// Reads a description from a file.
  ///
  /// - Throws: the first mistake in the file, with its line, and how to mend it.
  public init(contentsOf path: String) throws(InputError) { try self.init(yaml: readText(path), file: path) }

  /// Reads a description.
  ///
  /// - Parameter file: what errors call the text.
  /// - Throws: the first mistake in the text, with its line, and how to mend it.
  public init(yaml: String, file: String? = nil) throws(InputError) {
    let root = try YAMLSource(file: file, directory: ".").compose(yaml)
    let fields = try root.mapping(["kind", "name", "summary", "world"])
    name = try fields.required("name").text()
    summary = try fields["summary"]?.text() ?? ""
    let (kind, details) = try fields.required("world").alternative(["shop", "satisfaction", "feed"])
    switch kind {
    case "shop": world = .shop(try ShopWorld(details))
    case "satisfaction": world = .satisfaction(try LongTermSatisfaction(details))
    default: world = .feed(try FeedWorld(details))
    }
    self.yaml = yaml
  }
}

/// A number of a description: its key, where it goes, and what it may be.
struct NumberKey<World> {
  let key: String
  let path: WritableKeyPath<World, Float>
  let allowed: ClosedRange<Double>

  init(_ key: String, _ path: WritableKeyPath<World, Float>, _ allowed: ClosedRange<Double>) {
    (self.key, self.path, self.allowed) = (key, path, allowed)
  }
}

/// A whole number of a description.
struct CountKey<World> {
  let key: String
  let path: WritableKeyPath<World, Int>
  let allowed: ClosedRange<Int>

  init(_ key: String, _ path: WritableKeyPath<World, Int>, _ allowed: ClosedRange<Int>) {
    (self.key, self.path, self.allowed) = (key, path, allowed)
  }
}

extension YAMLField {
  /// A number within a range.
  func number(in allowed: ClosedRange<Double>) throws(InputError) -> Float {
    let value = try number()
    guard allowed.contains(value) else {
      throw error(
        .invalid, "is \(value)", "give a number from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return Float(value)
  }

  /// A whole number within a range.
  func integer(in allowed: ClosedRange<Int>) throws(InputError) -> Int {
    let value = try integer()
    guard allowed.contains(value) else {
      throw error(
        .invalid, "is \(value)", "give a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return value
  }

  /// Numbers within a range, a given count of them.
  func numbers(_ count: Int, in allowed: ClosedRange<Double>) throws(InputError) -> [Float] {
    let items = try items()
    guard items.count == count else {
      throw error(.invalid, "holds \(items.count) numbers", "give \(count)")
    }
    return try items.map { item throws(InputError) in try item.number(in: allowed) }
  }
}

extension YAMLMapping {
  /// Reads the numbers that are there.
  func read<World>(
    _ numbers: [NumberKey<World>], _ counts: [CountKey<World>], into world: inout World
  ) throws(InputError) {
    for number in numbers {
      if let field = self[number.key] { world[keyPath: number.path] = try field.number(in: number.allowed) }
    }
    for count in counts {
      if let field = self[count.key] { world[keyPath: count.path] = try field.integer(in: count.allowed) }
    }
  }
}
