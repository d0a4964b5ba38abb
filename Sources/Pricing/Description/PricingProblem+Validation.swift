import Documents

extension PricingProblem {
  /// Throws the first mistake with the keys that lead to it.
  package func validate() throws(InputError) {
    func require(_ holds: Bool, _ key: String, _ problem: String, _ remedy: String) throws(InputError) {
      guard holds else { throw InputError(.invalid, key: key, problem: problem, remedy: remedy) }
    }
    try require((1...100_000).contains(periods), "periods", "is \(periods)", "give 1 to 100000")
    try require(
      traffic.count == periods, "traffic", "has \(traffic.count) numbers",
      "give \(periods) numbers, one per period")
    try require(
      traffic.allSatisfy { $0 >= 0 && $0 < 1e6 }, "traffic", "holds a number outside 0 to 1e6",
      "give multiples of demand, 1 for as much as described")
    for (index, resource) in resources.enumerated() {
      try require(
        (1...100_000).contains(resource.capacity), "resources.\(resource.name)", "is \(resource.capacity)",
        "give 1 to 100000 units")
      try require(
        resources.firstIndex { $0.name == resource.name } == index, "resources.\(resource.name)",
        "is there twice", "give every resource a name of its own")
    }
    try require(!products.isEmpty, "products", "is empty", "give at least one product")
    for (index, product) in products.enumerated() {
      let key = "products[\(index)]"
      try require(
        products.firstIndex { $0.name == product.name } == index, "\(key).name", "is there twice",
        "give every product a name of its own")
      try require(
        (1...1000).contains(product.prices.count) && product.prices.allSatisfy { $0 > 0 && $0 < 1e9 },
        "\(key).prices", "are not all positive", "give 1 to 1000 positive prices")
      try require(
        zip(product.prices, product.prices.dropFirst()).allSatisfy { $0 < $1 }, "\(key).prices",
        "do not rise",
        "sort them and name each once")
      try require(
        product.cost >= 0 && product.cost < 1e9, "\(key).cost", "is \(product.cost)",
        "give a number of at least 0")
      try require(
        Set(product.uses).count == product.uses.count, "\(key).uses", "names a resource twice",
        "name each once")
    }
    try validateDemand(require)
    try require(
      (0...2).contains(uncertainty.scale) && (0...2).contains(uncertainty.slope), "uncertainty",
      "is outside 0 to 2", "give standard deviations of logarithms: 0.3 is a doubt of some 30 %")
    if let reference {
      try require(
        (0..<1).contains(reference.memory), "reference.memory", "is \(reference.memory)", "give 0 to below 1")
      try require(
        (0...100).contains(reference.effect), "reference.effect", "is \(reference.effect)", "give 0 to 100")
    }
    if let cancellations {
      try require(
        (0..<1).contains(cancellations.chance), "cancellations.chance", "is \(cancellations.chance)",
        "give 0 to below 1")
      try require(
        (0...1).contains(cancellations.refund), "cancellations.refund", "is \(cancellations.refund)",
        "give 0 to 1")
    }
  }

  private func validateDemand(
    _ require: (Bool, String, String, String) throws(InputError) -> Void
  ) throws(InputError) {
    func positive(_ values: [Double], _ name: String) throws(InputError) {
      for (index, value) in values.enumerated() {
        try require(
          value > 0 && value < 1e9, "products[\(index)].\(name)", "is \(value)", "give a number above 0")
      }
    }
    switch demand {
    case .exponential(let scales, let slopes):
      try positive(scales, "scale")
      try positive(slopes, "slope")
    case .elastic(let scales, let elasticities, let at):
      try positive(scales, "scale")
      try positive(elasticities, "elasticity")
      try positive(at, "at")
    case .logit(let visitors, let intercepts, let sensitivity):
      try require(
        visitors > 0 && visitors < 1e6, "demand.logit.visitors", "is \(visitors)", "give a number above 0")
      try require(
        sensitivity > 0 && sensitivity < 1e6, "demand.logit.sensitivity", "is \(sensitivity)",
        "give a number above 0")
      for (index, value) in intercepts.enumerated() {
        try require(
          abs(value) < 100, "products[\(index)].appeal", "is \(value)",
          "give the utility at a price of 0, within −100 and 100")
      }
    case .requests:
      try require(
        products.allSatisfy { $0.prices.count == 1 && $0.cost < $0.prices[0] && !$0.uses.isEmpty },
        "products",
        "of requests need one price above cost and a resource", "give each one price and what it uses")
      try require(
        reference == nil && cancellations == nil && uncertainty == Uncertainty(), "demand.requests",
        "go with no uncertainty, reference prices or cancellations", "leave these out")
    }
  }
}
