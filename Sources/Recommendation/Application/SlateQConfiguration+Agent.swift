import Applications
import Documents
import Environments
import Learning

extension SlateQConfiguration: AgentConfiguration {
  package static var defaultLanes: Int { 32 }

  package static let settings: [Setting<SlateQConfiguration>] = [
    .integers("hidden", \.hidden, 1...4096, "widths of the hidden layers, which values one candidate"),
    .number(
      "discount", \.discount, .unit, "what a reward one slate later is worth; 0 is the myopic recommender"),
    .integer("batch_size", \.batchSize, 1...65_536, "slates of an update"),
    .integer("replay_capacity", \.capacity, 1...Int(Int32.max), "slates kept"),
    .integer("warmup_steps", \.warmupSteps, 0 ... .max, "slates shown at random before learning begins"),
    .integer("steps_per_update", \.stepsPerUpdate, 1 ... .max, "slates shown to an update"),
    .schedule("exploration", \.epsilon, .unit, "chance that a position shows any candidate"),
    .schedule("learning_rate", \.learningRate, .above(0), "Adam's step size"),
    .number("target_rate", \.targetRate, .unit, "how far the target network follows with each update"),
  ]

  package func memory(of environment: any Environment, lanes: Int) -> Double {
    8 * Double(max(capacity, lanes)) * Double(environment.observationLayout.size)
  }

  package func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
  {
    guard initial == nil else {
      throw InputError.configuration(
        "--from", "slateq begins anew", "leave it out, or go on with a double-DQN")
    }
    guard let slates = environment as? any SlateFillingEnvironment else {
      throw InputError.configuration(
        "--algorithm slateq", "this problem has no slates", "use dqn, ppo, a2c or reinforce")
    }
    return try learner(slates, seat: seat)
  }

  private func learner(
    _ slates: some SlateFillingEnvironment, seat: LearnerSeat
  ) throws(InputError) -> any Learner {
    let parameters = slates.world.slateLayout.policyParameters(hidden: hidden)
    guard parameters <= 1 << 26 else {
      throw InputError.configuration(
        "configuration",
        "a policy over \(slates.world.slateLayout.candidates) candidates would have \(parameters) parameters",
        "lower 'agent.hidden'")
    }
    var configuration = self
    configuration.seed = seat.seed
    configuration.scheduleSteps = seat.steps
    return SlateQ(seat.lanes(of: slates.world), configuration: configuration)
  }
}

/// Slates filled position by position, whatever their world.
protocol SlateFillingEnvironment: Environment {
  associatedtype World: SlateWorld
  var world: World { get }
}

extension SlateFilling: SlateFillingEnvironment {}
