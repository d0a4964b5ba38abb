import LinearAlgebra

/// What a Lagrangian relaxation knows of a network, laid out for play: what each unit of each resource is worth in each
/// period, and the requests still to come.
public final class CapacityPrices: Sendable {
  /// The problem.
  public let problem: NetworkProblem
  /// The relaxation's upper bound on every policy's expected revenue.
  public let bound: Double
  let arrivals: RequestTable
  let resourceCount: Int
  let productCount: Int
  /// Products: what a sale earns.
  let fares: Buffer<Float>
  /// Products × `largestProduct`: the resources a product uses, −1 after the last.
  let uses: Buffer<Int32>
  let largestProduct: Int
  let capacities: Buffer<Int32>
  /// What a unit of a resource earns on average: the resource's value divided by its capacity.
  let scales: Buffer<Float>
  /// (Periods + 1) × resources: the mean marginal value.
  let means: Matrix
  /// (Periods + 1) × products: the expected requests from a period to the end.
  let remaining: Matrix
  /// Per resource the products that use it, and where its list begins; the last entry ends them.
  let users: Buffer<Int32>
  let firstUser: [Int]
  private let marginals: Buffer<Float>
  private let worths: Buffer<Float>
  private let firstMarginal: [Int]

  /// What stands for the value of a unit that is not there.
  static let soldOut: Float = 1e9

  /// Lays out a relaxation that has been minimized.
  public init(_ relaxation: LagrangianRelaxation) {
    let problem = relaxation.problem
    self.problem = problem
    bound = relaxation.bound
    arrivals = RequestTable(problem)
    resourceCount = problem.resources.count
    productCount = problem.products.count
    largestProduct = problem.largestProduct
    fares = Buffer(problem.products.map { Float($0.fare) })
    uses = Buffer(repeating: -1, count: productCount * largestProduct)
    for (number, product) in problem.products.enumerated() {
      for (place, resource) in product.resources.enumerated() {
        uses[number * largestProduct + place] = Int32(resource)
      }
    }
    capacities = Buffer(relaxation.resources.map { Int32($0.capacity) })
    scales = Buffer(
      relaxation.resources.map { Float(max($0.value / Double(max($0.capacity, 1)), 1e-6)) })
    let periods = problem.periods
    var firstMarginal: [Int] = []
    var size = 0
    for resource in relaxation.resources {
      firstMarginal.append(size)
      size += (periods + 1) * (resource.capacity + 1)
    }
    self.firstMarginal = firstMarginal
    marginals = Buffer(repeating: 0, count: size)
    worths = Buffer(repeating: 0, count: size)
    for (number, resource) in relaxation.resources.enumerated() {
      for period in 0...periods {
        let row = marginals.pointer + firstMarginal[number] + period * (resource.capacity + 1)
        let worth = worths.pointer + firstMarginal[number] + period * (resource.capacity + 1)
        row[0] = Self.soldOut
        worth[0] = 0
        for units in stride(from: 1, through: resource.capacity, by: 1) {
          row[units] = Float(resource.marginal(period: period, units: units))
          worth[units] = Float(resource.values[period * (resource.capacity + 1) + units])
        }
      }
    }
    means = Matrix(
      rows: periods + 1, columns: resourceCount, relaxation.meanMarginals().map { Float($0) })
    remaining = Matrix(rows: periods + 1, columns: productCount)
    var expected = [Double](repeating: 0, count: productCount)
    for period in stride(from: periods - 1, through: 0, by: -1) {
      for product in 0..<productCount {
        expected[product] += problem.requestChances[period * productCount + product]
        remaining[period, product] = Float(expected[product])
      }
    }
    var firstUser = [0]
    for resource in relaxation.resources {
      firstUser.append(firstUser[firstUser.count - 1] + resource.products.count)
    }
    self.firstUser = firstUser
    users = Buffer(relaxation.resources.flatMap { $0.products.map { Int32($0) } })
  }

  /// What the last of `units` of a resource is worth at the beginning of a period; `soldOut` where there is none.
  @inline(__always) func price(_ resource: Int, period: Int, units: Int) -> Float {
    marginals.pointer[firstMarginal[resource] + period * (Int(capacities[resource]) + 1) + units]
  }

  /// What all of `units` of a resource are worth at the beginning of a period.
  @inline(__always) func worth(_ resource: Int, period: Int, units: Int) -> Float {
    worths.pointer[firstMarginal[resource] + period * (Int(capacities[resource]) + 1) + units]
  }

  /// Whether there is a unit of everything a product uses.
  @inline(__always) func isInStock(_ product: Int, units: UnsafePointer<Int32>) -> Bool {
    let used = uses.pointer + product * largestProduct
    for place in 0..<largestProduct where used[place] >= 0 && units[Int(used[place])] <= 0 { return false }
    return true
  }

  /// What the units that a sale takes are worth after a period, by the relaxation.
  @inline(__always) func cost(_ product: Int, period: Int, units: UnsafePointer<Int32>) -> Float {
    let used = uses.pointer + product * largestProduct
    var cost: Float = 0
    for place in 0..<largestProduct where used[place] >= 0 {
      cost += price(Int(used[place]), period: period + 1, units: Int(units[Int(used[place])]))
    }
    return cost
  }

  /// The unit of money of a product: the sum of its resources' scales.
  @inline(__always) func scale(_ product: Int) -> Float {
    let used = uses.pointer + product * largestProduct
    var scale: Float = 0
    for place in 0..<largestProduct where used[place] >= 0 { scale += scales[Int(used[place])] }
    return scale
  }

  /// Adds (or takes, with −1) a unit of everything a product uses.
  @inline(__always) func move(_ product: Int, units: UnsafeMutablePointer<Int32>, by change: Int32) {
    let used = uses.pointer + product * largestProduct
    for place in 0..<largestProduct where used[place] >= 0 { units[Int(used[place])] += change }
  }
}
