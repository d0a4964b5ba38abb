import Documents
import Learning

extension ONNXModel {
  /// A weakly coupled policy as a graph from channels' rows and a price of money to values; the search for the price at
  /// which spend meets the money left runs in the caller.
  ///
  /// Inputs, for any number of rows and channels:
  /// - `observation`: float, rows × channels × columns: features, forecasts, worths and scalars, see `ChannelColumns`.
  /// - `log_money_price`: float, rows.
  ///
  /// Outputs:
  /// - `q`: float, rows × channels × levels: gains less priced costs, in units of the objective.
  /// - `spend_to_go`: the same shape: what a level and all that follows spend, in money.
  ///
  /// The metadata are the policy's, and `test_vectors` as JSON.
  package init(_ policy: WeaklyCoupledPolicy, vectors: WeaklyCoupledVectors) {
    let file = policy.safetensors
    let (columns, widths) = (policy.shape.columns, policy.shape.widths)
    var builder = GraphBuilder(tensors: file.tensors)
    func scalar(_ scalar: ChannelColumns.Scalar, _ name: String) -> String {
      builder.slice("observation", columns[scalar]..<columns[scalar] + 1, name, axis: 2)
    }
    let axes = builder.constant("price.axes", shape: [2], integers: [1, 2])
    let price = builder.add("Unsqueeze", ["log_money_price", axes], "price.log")
    let (gainUnit, costUnit) = (scalar(.gainUnit, "unit.gain"), scalar(.costUnit, "unit.cost"))
    let priced = builder.add("Add", [price, costUnit], "price.cost")
    let relative = builder.add("Sub", [priced, gainUnit], "price.relative")
    let range = WeaklyCoupledShape.priceRange
    let low = builder.constant("price.low", shape: [1], [-range])
    let high = builder.constant("price.high", shape: [1], [range])
    let raised = builder.add("Max", [relative, low], "price.raised")
    let clipped = builder.add("Min", [raised, high], "price.clipped")
    let positive = builder.add("Relu", [clipped], "price.positive")
    let features = builder.slice("observation", 0..<columns.features, "features", axis: 2)
    var hidden = builder.add(
      "Concat", [features, clipped, positive], "network.input", attributes: ["axis": 2])
    var place = 0
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      // Turned round, for products with rows of channels.
      let weights = (0..<inputs * outputs).map {
        policy.weights[place + $0 % outputs * inputs + $0 / outputs]
      }
      place += inputs * outputs
      let bias = Array(policy.weights[place..<place + outputs])
      place += outputs
      let product = builder.add(
        "MatMul",
        [hidden, builder.constant("layer.\(index).transposed", shape: [inputs, outputs], weights)],
        "layer.\(index).product")
      hidden = builder.add(
        "Add", [product, builder.constant("layer.\(index).bias", shape: [outputs], bias)], "layer.\(index)")
      if index < policy.shape.hidden.count { hidden = builder.add("Relu", [hidden], "layer.\(index).relu") }
    }
    let levels = columns.levels
    func correction(_ range: Range<Int>, _ name: String, scaledBy scale: String) -> String {
      builder.add(
        "Mul", [builder.slice(hidden, range, name + ".output", axis: 2), scale], name + ".correction")
    }
    let (traffic, after) = (scalar(.traffic, "traffic"), scalar(.trafficAfter, "traffic.after"))
    let forecastGain = builder.slice("observation", columns.gains, "gain.forecast", axis: 2)
    let forecastCost = builder.slice("observation", columns.costs, "cost.forecast", axis: 2)
    let worth = builder.slice("observation", columns.worths, "worth", axis: 2)
    let gain = builder.add(
      "Add", [forecastGain, correction(0..<levels, "gain", scaledBy: traffic)], "gain")
    let cost = builder.add(
      "Add", [forecastCost, correction(levels..<2 * levels, "cost", scaledBy: traffic)], "cost")
    let later = correction(2 * levels..<2 * levels + 1, "after", scaledBy: after)
    let total = builder.add("Add", [gain, worth], "gain.total")
    let worthOfGain = builder.add(
      "Mul", [total, builder.add("Exp", [gainUnit], "unit.gain.exp")], "gain.units")
    let priceOfCost = builder.add(
      "Mul", [cost, builder.add("Exp", [priced], "price.cost.exp")], "cost.priced")
    _ = builder.add("Sub", [worthOfGain, priceOfCost], "q")
    let spend = builder.add("Relu", [builder.add("Add", [cost, later], "spend.raw")], "spend.units")
    _ = builder.add("Mul", [spend, builder.add("Exp", [costUnit], "unit.cost.exp")], "spend_to_go")

    let (rows, channels) = (Dimension.symbol("rows"), Dimension.symbol("channels"))
    self.init(
      name: "weakly_coupled_policy", metadata: file.metadata,
      inputs: [
        Value(name: "observation", type: .f32, shape: [rows, channels, .fixed(columns.count)]),
        Value(name: "log_money_price", type: .f32, shape: [rows]),
      ],
      outputs: ["q", "spend_to_go"].map {
        Value(name: $0, type: .f32, shape: [rows, channels, .fixed(levels)])
      }, nodes: builder.nodes, initializers: builder.initializers)
    metadata["test_vectors"] = JSONValue(encoding: vectors).text()
  }
}
