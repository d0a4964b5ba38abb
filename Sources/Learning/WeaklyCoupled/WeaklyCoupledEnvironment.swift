import LinearAlgebra

/// A problem of many channels that one budget couples: the gain of a step is the sum of the channels', and so is its cost.
///
/// Given a price of money the channels come apart (Hawkins, 2003; Adelman and Mersereau, 2008), which is what
/// `WeaklyCoupledDQN` learns by. All lanes of a block stand at the same step of episodes of one length.
public protocol WeaklyCoupledEnvironment: Sendable {
  /// The running state of a range of lanes.
  associatedtype Block: WeaklyCoupledBlock

  /// The number of channels.
  var channelCount: Int { get }
  /// The number of steps of an episode.
  var steps: Int { get }
  /// What a channel's row holds.
  var columns: ChannelColumns { get }
  /// One name per feature of a channel's row.
  var featureNames: [String] { get }
  /// What the problem says of itself in a policy's file.
  var metadata: [String: String] { get }
  /// Creates the state of the lanes of a range.
  ///
  /// - Parameter budget: what a lane may spend, as a multiple of the problem's own budget; nil where there is always money, as
  ///   training at fixed prices of money needs.
  func makeBlock(lanes: Range<Int>, seed: UInt64, budget: Double?) -> Block
}

extension WeaklyCoupledEnvironment {
  /// Numbers for names.
  public var featureNames: [String] { (0..<columns.features).map { "feature_\($0)" } }
  /// Nothing.
  public var metadata: [String: String] { [:] }
}

/// The running state of some lanes of a weakly coupled problem, used by one thread at a time.
public protocol WeaklyCoupledBlock: AnyObject {
  /// Starts a new episode in every lane.
  func startEpisode()
  /// Writes (lanes × channels) rows that describe the channels before the next step.
  func observe(into rows: MatrixView)
  /// Plays a step.
  ///
  /// - Parameters:
  ///   - levels: lanes × channels: what is played.
  ///   - gains: lanes × channels: what each channel gained, in units of the objective.
  ///   - costs: lanes × channels: what each channel spent, in money.
  func step(
    levels: UnsafePointer<Int32>, gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>)
  /// Writes what each lane may still spend before the end.
  func moneyLeft(into money: UnsafeMutablePointer<Float>)
}
