extension NetworkShape {
  /// The floating-point operations of the products of one double-DQN update, a multiplication and an addition counting
  /// as two; element-wise work and the optimizer are left out.
  ///
  /// The trunk runs three times forward (both networks on the next states, the online one on the states) and once back
  /// to its weights and to all inputs but the observations. The whole head runs once; for the value of the chosen
  /// actions, in both networks, and for their two gradients it costs one row per branch and one for the state.
  public func updateOperations(batch: Int) -> Double {
    let layers = layers
    let head = layers[layers.count - 1]
    var products = head.inputs * (outputCount + 4 * (1 + headSizes.count))
    for (index, layer) in layers.dropLast().enumerated() {
      products += layer.inputs * layer.outputs * (index == 0 ? 4 : 5)
    }
    return 2 * Double(batch) * Double(products)
  }
}
