import Documents

extension PricingProblem {
  /// A digest of all that a season is played by.
  var digest: String { sha256(of: Array((yaml ?? instance ?? name).utf8)) }

  /// The problem as YAML text, which reads back as an equal problem; nil for requests, which a file of their own describes.
  public var yaml: String? {
    func list(_ numbers: [Double]) -> String { "[" + numbers.map { "\($0)" }.joined(separator: ", ") + "]" }
    let model: String
    let own: (Int) -> String
    switch demand {
    case .exponential(let scales, let slopes):
      model = "exponential: {}"
      own = { "scale: \(scales[$0]), slope: \(slopes[$0])" }
    case .elastic(let scales, let elasticities, let at):
      model = "elastic: {}"
      own = { "scale: \(scales[$0]), elasticity: \(elasticities[$0]), at: \(at[$0])" }
    case .logit(let visitors, let intercepts, let sensitivity):
      model = "logit: {visitors: \(visitors), sensitivity: \(sensitivity)}"
      own = { "appeal: \(intercepts[$0])" }
    case .requests: return nil
    }
    var text = "kind: pricing\nname: \(quoted(name))\n"
    if !summary.isEmpty { text += "summary: \(quoted(summary))\n" }
    text += "currency: \(quoted(currency))\nperiods: \(periods)\n"
    if traffic.contains(where: { $0 != 1 }) { text += "traffic: \(list(traffic))\n" }
    if !resources.isEmpty {
      text += "resources:\n"
      for resource in resources {
        text += "  - {name: \(quoted(resource.name)), units: \(resource.capacity)}\n"
      }
    }
    text += "products:\n"
    for (number, product) in products.enumerated() {
      text += "  - {name: \(quoted(product.name)), prices: \(list(product.prices)), cost: \(product.cost)"
      if !product.uses.isEmpty {
        text += ", uses: [" + product.uses.map { quoted(resources[$0].name) }.joined(separator: ", ") + "]"
      }
      text += ", \(own(number))}\n"
    }
    text += "demand: {\(model)}\nuncertainty: {scale: \(uncertainty.scale), slope: \(uncertainty.slope)}\n"
    if let reference { text += "reference: {memory: \(reference.memory), effect: \(reference.effect)}\n" }
    if let cancellations {
      text += "cancellations: {chance: \(cancellations.chance), refund: \(cancellations.refund)}\n"
    }
    return text + "closing: \(mayClose)\n"
  }
}

/// A text between quotes, as YAML has it.
func quoted(_ text: String) -> String {
  "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}
