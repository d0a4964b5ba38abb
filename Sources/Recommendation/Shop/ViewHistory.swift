import LinearAlgebra

/// What a shop knows of a visitor: how often each product was viewed, and how lately.
public struct ViewHistory: Sendable, Equatable {
  /// The views of each product.
  public private(set) var views: [Float]
  /// The views of each product, each worth `fading` times as much with every view after it.
  package private(set) var recent: [Float]

  /// How fast recent views fade.
  static let fading: Float = 0.9

  /// A visitor who has seen nothing.
  public init(products: Int) {
    views = [Float](repeating: 0, count: products)
    recent = views
  }

  /// The number of columns of a row for a number of products.
  public static func columns(products: Int) -> Int { 2 * products }

  /// Counts a view.
  public mutating func add(_ product: Int) {
    views[product] += 1
    for index in recent.indices { recent[index] *= Self.fading }
    recent[product] += 1
  }

  /// Writes log(1 + views) and the recent views of each product, one product after the other.
  public func write(into row: inout MutableSpan<Float>) {
    let count = views.count
    for product in 0..<count {
      row[2 * product] = ScalarKernels.log(1 + views[product])
      row[2 * product + 1] = recent[product]
    }
  }
}
