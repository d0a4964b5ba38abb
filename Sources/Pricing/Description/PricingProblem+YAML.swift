import Documents
import Foundation

extension PricingProblem {
  /// Reads a problem from a YAML file; files that it names stand beside it.
  ///
  /// - Throws: the first mistake in the file, with its line, and how to mend it.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(
      yaml: readText(path), directory: URL(fileURLWithPath: path).deletingLastPathComponent().path, file: path
    )
  }

  /// Reads a problem from YAML text.
  ///
  /// - Parameters:
  ///   - directory: where the files that it names stand.
  ///   - file: what errors call the text.
  /// - Throws: the first mistake in the text, with its line, and how to mend it.
  public init(yaml: String, directory: String = ".", file: String? = nil) throws(InputError) {
    let root = try YAMLSource(file: file, directory: directory).compose(yaml)
    do throws(InputError) {
      self = try problem(from: root)
      try validate()
    } catch {
      throw root.locating(error)
    }
  }
}

private let keys = [
  "kind", "name", "summary", "currency", "periods", "traffic", "resources", "products", "demand",
  "uncertainty", "reference", "cancellations", "closing",
]

private func problem(from root: YAMLField) throws(InputError) -> PricingProblem {
  let fields = try root.mapping(keys)
  let (model, details) = try fields.required("demand").alternative([
    "exponential", "elastic", "logit", "requests",
  ])
  if model == "requests" { return try network(fields, details) }
  let periods = try fields.required("periods").integer()
  let resources = try resources(fields["resources"])
  let items = try fields.required("products").items()
  let own: [String]
  switch model {
  case "exponential": own = ["scale", "slope"]
  case "elastic": own = ["scale", "elasticity", "at"]
  default: own = ["appeal"]
  }
  var products: [PricingProblem.Product] = []
  var numbers = own.map { _ in [Double]() }
  for item in items {
    let product = try item.mapping(["name", "prices", "cost", "uses"] + own)
    products.append(
      PricingProblem.Product(
        name: try product.required("name").text(), prices: try prices(product.required("prices")),
        cost: try product["cost"]?.number() ?? 0, uses: try uses(product["uses"], resources)))
    for (index, key) in own.enumerated() { numbers[index].append(try product.required(key).number()) }
  }
  let demand: Demand
  switch model {
  case "exponential":
    demand = .exponential(scales: numbers[0], slopes: numbers[1])
  case "elastic":
    demand = .elastic(scales: numbers[0], elasticities: numbers[1], at: numbers[2])
  default:
    let logit = try details.mapping(["visitors", "sensitivity"])
    demand = .logit(
      visitors: try logit.required("visitors").number(), intercepts: numbers[0],
      sensitivity: try logit.required("sensitivity").number())
  }
  return PricingProblem(
    name: try fields.required("name").text(), summary: try fields["summary"]?.text() ?? "",
    currency: try fields["currency"]?.text() ?? "USD", periods: periods,
    traffic: try fields["traffic"]?.numbers() ?? Array(repeating: 1, count: max(0, min(periods, 100_000))),
    resources: resources, products: products, demand: demand,
    uncertainty: try fields["uncertainty"].map { field throws(InputError) in try uncertainty(field) }
      ?? .init(),
    reference: try fields["reference"].map { field throws(InputError) in try reference(field) },
    cancellations: try fields["cancellations"].map { field throws(InputError) in try cancellations(field) },
    mayClose: try fields["closing"].map { field throws(InputError) in try field.text() == "true" } ?? false)
}

/// A network of requests: described in a file in Topaloglu's format, or by a product's fare, use and chances in stages.
private func network(_ fields: YAMLMapping, _ details: YAMLField) throws(InputError) -> PricingProblem {
  let requests = try details.mapping(["file"])
  let file = try requests.required("file")
  let path = try file.path()
  let instance: String
  do throws(InputError) { instance = try readText(path) } catch {
    throw file.error(.missing, error.problem, error.remedy)
  }
  let network: NetworkProblem
  do throws(InputError) { network = try NetworkProblem(topaloglu: instance) } catch {
    throw error.located(in: path)
  }
  var problem = PricingProblem(
    network: network, name: try fields.required("name").text(), summary: try fields["summary"]?.text() ?? "",
    currency: try fields["currency"]?.text() ?? "USD")
  problem.instance = instance
  return problem
}

extension PricingProblem {
  /// The problem of a network's requests.
  public init(network: NetworkProblem, name: String, summary: String = "", currency: String = "USD") {
    self.init(
      name: name, summary: summary, currency: currency, periods: network.periods,
      traffic: Array(repeating: 1, count: network.periods), resources: network.resources,
      products: network.products.map { Product(name: $0.name, prices: [$0.fare], uses: $0.resources) },
      demand: .requests(network.requestChances), uncertainty: .init(), reference: nil, cancellations: nil,
      mayClose: true)
  }
}

private func resources(_ field: YAMLField?) throws(InputError) -> [NetworkProblem.Resource] {
  guard let field else { return [] }
  var resources: [NetworkProblem.Resource] = []
  for item in try field.items() {
    let resource = try item.mapping(["name", "units"])
    resources.append(
      .init(name: try resource.required("name").text(), capacity: try resource.required("units").integer()))
  }
  return resources
}

private func uses(_ field: YAMLField?, _ resources: [NetworkProblem.Resource]) throws(InputError) -> [Int] {
  guard let field else { return [] }
  var uses: [Int] = []
  for item in try field.items() {
    let name = try item.text()
    guard let number = resources.firstIndex(where: { $0.name == name }) else {
      let known = resources.map(\.name)
      throw item.error(
        .invalid, "is '\(name)', no resource",
        nearest(to: name, in: known).map { "did you mean '\($0)'?" }
          ?? (known.isEmpty ? "list it under `resources`" : "known are \(known.joined(separator: ", "))"))
    }
    uses.append(number)
  }
  return uses
}

/// A list of prices, or `{from, to, steps}` for evenly spaced ones.
private func prices(_ field: YAMLField) throws(InputError) -> [Double] {
  guard field.isMapping else { return try field.numbers() }
  let range = try field.mapping(["from", "to", "steps"])
  let from = try range.required("from").number()
  let to = try range.required("to").number()
  let steps = try range.required("steps").integer()
  guard from < to, (2...1000).contains(steps) else {
    throw field.error(.invalid, "is no range", "give `from` below `to` and 2 to 1000 `steps`")
  }
  return (0..<steps).map { from + (to - from) * Double($0) / Double(steps - 1) }
}

private func uncertainty(_ field: YAMLField) throws(InputError) -> PricingProblem.Uncertainty {
  let fields = try field.mapping(["scale", "slope"])
  return PricingProblem.Uncertainty(
    scale: try fields["scale"]?.number() ?? 0, slope: try fields["slope"]?.number() ?? 0)
}

private func reference(_ field: YAMLField) throws(InputError) -> PricingProblem.ReferencePrice {
  let fields = try field.mapping(["memory", "effect"])
  return PricingProblem.ReferencePrice(
    memory: try fields.required("memory").number(), effect: try fields.required("effect").number())
}

private func cancellations(_ field: YAMLField) throws(InputError) -> PricingProblem.Cancellations {
  let fields = try field.mapping(["chance", "refund"])
  return PricingProblem.Cancellations(
    chance: try fields.required("chance").number(), refund: try fields["refund"]?.number() ?? 1)
}
