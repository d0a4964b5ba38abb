import CKernels
import LinearAlgebra

/// The head's layout and prior as flat tables, for loops that must touch no array.
package final class BranchTable: @unchecked Sendable {
  package let count: Int
  /// The number of outputs but the state value.
  package let valueCount: Int
  /// The number of choices of an action, which a joint head has a single branch for.
  package let actionCount: Int
  /// How a joint head numbers actions; nil of other heads.
  package let joint: JointActions?
  /// The number of choices of each branch.
  package let sizes: Buffer<Int>
  /// The first output of each branch; output 0 is the state value.
  package let starts: Buffer<Int>
  /// The first prior column of an observation; nil without a prior.
  package let priorStart: Int?
  /// The first mask column of an observation; nil without a mask.
  package let maskStart: Int?
  package let isDueling: Bool
  /// What a prior column is multiplied by, reward scale included.
  package let scales: Buffer<Float>
  /// What is then added, reward scale included.
  package let offsets: Buffer<Float>
  private var transform: PriorTransform

  init(shape: NetworkShape) {
    count = shape.headSizes.count
    valueCount = shape.valueCount
    actionCount = shape.branchCount
    joint = shape.aggregation == .joint ? JointActions(branchSizes: shape.branchSizes) : nil
    priorStart = shape.layout.prior?.lowerBound
    maskStart = shape.layout.mask?.lowerBound
    isDueling = shape.isDueling
    let headSizes = shape.headSizes
    sizes = Buffer(headSizes)
    var next = 1
    starts = Buffer(count: count) { branch in
      defer { next += headSizes[branch] }
      return next
    }
    scales = Buffer(repeating: 1, count: shape.outputCount)
    offsets = Buffer(repeating: 0, count: shape.outputCount)
    transform = PriorTransform(identityFor: shape)
  }

  package var priorTransform: PriorTransform {
    get { transform }
    set {
      let columns = priorStart == nil ? 0 : valueCount + 1
      precondition(
        newValue.scales.count == columns,
        "The network has \(columns) prior columns, the transform \(newValue.scales.count).")
      transform = newValue
      for index in 0..<columns {
        scales[index] = newValue.scales[index] * newValue.rewardScale
        offsets[index] = newValue.offsets[index] * newValue.rewardScale
      }
    }
  }

  package func copy(priorFrom other: BranchTable) { priorTransform = other.priorTransform }

  /// The prior's part of an output (0: the state value, 1...: choices) for an observation row.
  @inlinable package func prior(_ output: Int, _ observation: UnsafePointer<Float>) -> Float {
    guard let priorStart else { return 0 }
    return observation[priorStart + output] * scales.pointer[output] + offsets.pointer[output]
  }

  /// The mask of an observation row, above 0 where a choice is allowed; nil without a mask.
  @inlinable package func mask(_ observation: UnsafePointer<Float>) -> UnsafePointer<Float>? {
    maskStart.map { observation + $0 }
  }

  /// Writes the choice of every branch of an action for the chosen output of every branch of the head.
  @inlinable package func write(_ outputs: UnsafePointer<Int32>, into actions: UnsafeMutablePointer<Int32>) {
    if let joint { return joint.write(Int(outputs[0]) - starts.pointer[0], into: actions) }
    for branch in 0..<count {
      actions[branch] = outputs[branch] - Int32(truncatingIfNeeded: starts.pointer[branch])
    }
  }

  /// Centres the raw advantages of every branch of a row in place, where the head is dueling, and adds the prior and a
  /// summand.
  package func centre(
    _ advantages: UnsafeMutablePointer<Float>, adding summand: Float, observation: UnsafePointer<Float>
  ) {
    for branch in 0..<count {
      let first = starts[branch]
      ck_choice_values(
        advantages + first - 1, sizes[branch], isDueling ? 1 : 0, summand,
        priorStart.map { observation + $0 + first }, scales.pointer + first, offsets.pointer + first)
    }
  }

  /// The mean of a branch's raw advantages.
  @inlinable package func mean(of advantages: UnsafePointer<Float>, _ size: Int) -> Float {
    var sum: Float = 0
    for choice in 0..<size { sum += advantages[choice] }
    return sum / Float(size)
  }
}
