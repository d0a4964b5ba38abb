import Documents
import Environments
import Learning
import NeuralNetworks

extension ONNXModel {
  /// A policy as a graph from raw observations to values and levels.
  ///
  /// Inputs, for a batch of any size:
  /// - `observation`: float, batch × observation size, raw.
  /// - `mask`: bool, batch × choice count, false where a level is not allowed. Optional: all are allowed by default.
  ///
  /// Outputs:
  /// - `q`: float, batch × choice count: the value of every choice in raw reward units, branch after branch.
  /// - `action`: int32, batch × branches: the allowed choice of the largest value, the first among equals.
  ///
  /// Normaliser, trunk, dueling head, prior and mask are all in the graph. The weights bear the names they have in the
  /// policy's own file. The metadata are the policy's, and `test_vectors`: observations with their outputs, as JSON.
  package init(_ policy: Policy, vectors: TestVectors) {
    let file = policy.safetensors
    var builder = GraphBuilder(tensors: file.tensors)
    let shape = policy.shape
    let normalized = builder.normalize("observation", by: policy.normalizer, layout: policy.shape.layout)
    var hidden = normalized
    for layer in shape.hidden.indices {
      hidden = builder.dense(hidden, "trunk.\(2 * layer)")
      hidden = builder.add("Relu", [hidden], "trunk.\(2 * layer + 1)")
    }
    let value = builder.dense(hidden, "value")
    let advantage = builder.dense(hidden, "advantage")
    let q = builder.duel(
      value, advantage, shape: shape, normalized: normalized, rewardScale: policy.rewardScale)
    builder.choose(q, shape: shape, normalized: normalized)

    let batch = Dimension.symbol("batch")
    let choices = Dimension.fixed(shape.choiceCount)
    self.init(
      name: "policy", metadata: file.metadata,
      inputs: [
        Value(name: "observation", type: .f32, shape: [batch, .fixed(shape.observationSize)]),
        Value(name: "mask", type: .bool, shape: [.symbol("mask_batch"), choices]),
      ],
      outputs: [
        Value(name: "q", type: .f32, shape: [batch, choices]),
        Value(name: "action", type: .i32, shape: [batch, .fixed(shape.branchCount)]),
      ], nodes: builder.nodes, initializers: builder.initializers)
    metadata["test_vectors"] = JSONValue(encoding: vectors).text()
  }
}

/// Collects the operations and constants of a policy's graph.
struct GraphBuilder {
  /// The tensors of the policy's file.
  let tensors: [Safetensors.Tensor]
  var nodes: [ONNXModel.Node] = []
  var initializers: [Safetensors.Tensor] = []

  init(tensors: [Safetensors.Tensor]) { self.tensors = tensors }

  /// Adds an operation and returns its output's name.
  mutating func add(
    _ operation: String, _ inputs: [String], _ output: String, attributes: [String: Int] = [:]
  ) -> String {
    nodes.append(ONNXModel.Node(operation, inputs, [output], attributes: attributes))
    return output
  }

  mutating func constant(_ name: String, shape: [Int], _ elements: [Float]) -> String {
    initializers.append(.init(name: name, shape: shape, floats: elements))
    return name
  }

  mutating func constant(_ name: String, shape: [Int], integers: [Int]) -> String {
    initializers.append(.init(name: name, shape: shape, integers: integers))
    return name
  }

  /// Takes a tensor over from the policy's file.
  mutating func weight(_ name: String) -> String {
    initializers += tensors.filter { $0.name == name }
    return name
  }

  /// (x − mean) / deviation, cut at the limit in all but the prior's columns.
  mutating func normalize(
    _ observation: String, by normalizer: ObservationNormalizer, layout: ObservationLayout
  ) -> String {
    let columns = normalizer.columns
    let limits = (0..<columns).map { column in
      layout.prior?.contains(column) ?? false ? Float.infinity : normalizer.limit
    }
    let centred = add("Sub", [observation, weight("observation.mean")], "observation.centred")
    let scaled = add("Div", [centred, weight("observation.deviation")], "observation.scaled")
    let lower = constant("observation.lower", shape: [columns], limits.map { -$0 })
    let upper = constant("observation.upper", shape: [columns], limits)
    return add("Min", [add("Max", [scaled, lower], "observation.raised"), upper], "observation.normalized")
  }

  /// Some columns of a matrix, or of whatever axis is the last.
  mutating func slice(_ input: String, _ columns: Range<Int>, _ output: String, axis: Int = 1) -> String {
    let bounds = [
      constant(output + ".start", shape: [1], integers: [columns.lowerBound]),
      constant(output + ".end", shape: [1], integers: [columns.upperBound]),
      constant(output + ".axis", shape: [1], integers: [axis]),
    ]
    return add("Slice", [input] + bounds, output)
  }

  /// x · Wᵀ + b.
  mutating func dense(_ input: String, _ name: String) -> String {
    add("Gemm", [input, weight(name + ".weight"), weight(name + ".bias")], name, attributes: ["transB": 1])
  }

  /// (V + Â + prior) / reward scale, where Â has each branch's mean taken off by one product.
  mutating func duel(
    _ value: String, _ advantage: String, shape: NetworkShape, normalized: String, rewardScale: Float
  ) -> String {
    let count = shape.choiceCount
    var centring = [Float](repeating: 0, count: count * count)
    var start = 0
    for size in shape.branchSizes {
      for row in start..<start + size {
        for column in start..<start + size {
          centring[row * count + column] = (row == column ? 1 : 0) - 1 / Float(size)
        }
      }
      start += size
    }
    var (value, advantage) = (
      value,
      add(
        "MatMul", [advantage, constant("head.centring", shape: [count, count], centring)], "advantage.centred"
      )
    )
    let scale = constant("reward_scale", shape: [1], [rewardScale])
    if let columns = shape.layout.prior {
      let raw = slice(normalized, columns, "prior.normalized")
      let scaled = add("Mul", [raw, weight("prior.scale")], "prior.scaled")
      let prior = add("Add", [scaled, weight("prior.offset")], "prior.raw")
      let learned = add("Mul", [prior, scale], "prior")
      let parts = constant("prior.parts", shape: [2], integers: [1, count])
      nodes.append(
        .init("Split", [learned, parts], ["prior.value", "prior.advantage"], attributes: ["axis": 1]))
      value = add("Add", [value, "prior.value"], "value.total")
      advantage = add("Add", [advantage, "prior.advantage"], "advantage.total")
    }
    return add("Div", [add("Add", [value, advantage], "q.scaled"), scale], "q")
  }

  /// The first of each branch's largest allowed values.
  ///
  /// Branches may differ in size: a table of columns is filled up with the branch's first choice, which as a later equal
  /// never wins.
  mutating func choose(_ q: String, shape: NetworkShape, normalized: String) {
    let (branchSizes, count) = (shape.branchSizes, shape.choiceCount)
    initializers.append(
      .init(name: "mask", type: .bool, shape: [1, count], bytes: Array(repeating: 1, count: count)))
    let never = constant("mask.value", shape: [1], [-.infinity])
    let width = branchSizes.max() ?? 0
    var table: [Int] = []
    var start = 0
    for size in branchSizes {
      table += (0..<width).map { start + ($0 < size ? $0 : 0) }
      start += size
    }
    let columns = constant("branch.columns", shape: [branchSizes.count, width], integers: table)
    var mask = "mask"
    if let columns = shape.layout.mask {
      let seen = slice(normalized, columns, "mask.observed")
      let zero = constant("mask.zero", shape: [1], [0])
      mask = add("And", [mask, add("Greater", [seen, zero], "mask.positive")], "mask.joined")
    }
    let allowed = add("Where", [mask, q, never], "q.allowed")
    let branches = add("Gather", [allowed, columns], "q.branches", attributes: ["axis": 1])
    let best = add("ArgMax", [branches], "branch.best", attributes: ["axis": 2, "keepdims": 0])
    _ = add("Cast", [best], "action", attributes: ["to": Safetensors.ElementType.i32.onnx ?? 0])
  }
}
