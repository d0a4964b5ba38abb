import Applications
import Budgets
import Documents
import Learning
import PolicyFormats
import Runs
import Testing

/// A run on a market by double-DQN, all else by default.
typealias MarketRun = RunConfiguration<BudgetProblem, DoubleDQNConfiguration>

extension MarketRun {
  init() {
    self.init(
      problem: "nine-campaigns", algorithm: "double-dqn", steps: 1000, agent: DoubleDQNConfiguration())
  }
}

@Suite struct RunConfigurationTests {
  @Test func readsBackWhatItWrites() throws {
    var original = MarketRun()
    original.problem = "a \"quoted\": name # no comment"
    original.steps = 12345
    original.seed = 77
    var copy = MarketRun()
    try copy.apply(yaml: original.yaml, name: "copy.yaml")
    #expect(copy.yaml == original.yaml)
    #expect(copy.problem == original.problem)
    #expect(copy.steps == 12345)
  }

  /// Every key can be set by an override, and stands in the resolved file as it was set.
  @Test(arguments: [
    ("threads=2", "\nthreads: 2 "), ("threads=none", "\nthreads: none "),
    ("agent.hidden=[64, 32]", "hidden: [64, 32] "), ("agent.hidden=[]", "hidden: [] "),
    ("agent.head=additive", "head: additive "), ("agent.spend_cap=true", "spend_cap: true "),
    ("agent.learning_rate=1e-3", "learning_rate: 0.001 "),
    ("agent.learning_rate=[1e-3, 1e-4]", "learning_rate: [0.001, 0.0001, 1] "),
    ("agent.exploration=[1, 0.1, 0.25]", "exploration: [1, 0.1, 0.25] "),
    ("agent.exploration_width=3", "exploration_width: 3 "),
    ("agent.target_update=[hard, 1_000]", "target_update: [hard, 1000] "),
    ("agent.target_update=[polyak, 0.01]", "target_update: [polyak, 0.01] "),
    ("agent.reward_scale=0.5", "reward_scale: 0.5 "),
    ("agent.reward_scale=automatic", "reward_scale: automatic "),
    ("agent.maximum_gradient_norm=none", "maximum_gradient_norm: none "),
    ("agent.n_step=5", "n_step: 5 "), ("agent.discount=1", "discount: 1 "),
    ("checkpoint_steps=none", "steps: none "), ("counterfactual=true", "\ncounterfactual: true "),
  ])
  func setsEveryKind(override: String, line: String) throws {
    var configuration = MarketRun()
    try configuration.apply(override: override)
    #expect(configuration.yaml.contains(line))
    var copy = MarketRun()
    try copy.apply(yaml: configuration.yaml, name: "copy")
    #expect(copy.yaml == configuration.yaml)
  }

  @Test func takesOverridesLast() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/config.yaml"
      try AtomicFile.write("steps: 5_000 # few\nlanes: 32\n", to: path)
      var configuration = MarketRun()
      try configuration.apply(file: path)
      for override in ["steps=2e6", "market=retail-weekly"] { try configuration.apply(override: override) }
      #expect(configuration.steps == 2_000_000)
      #expect(configuration.lanes == 32)
      #expect(configuration.problem == "retail-weekly")
    }
  }

  @Test(arguments: [
    ("step: 5", "c.yaml:1: unknown key 'step'; did you mean 'steps'?"),
    ("seed: 1\n\nlans: 5", "c.yaml:3: unknown key 'lans'; did you mean 'lanes'?"),
    ("steps: many", "c.yaml:1: 'steps' does not take this; give a whole number of at least 1"),
    ("steps: 0", "c.yaml:1: 'steps' does not take this; give a whole number of at least 1"),
    ("steps: 1.5", "c.yaml:1: 'steps' does not take this; give a whole number of at least 1"),
    ("steps: .nan", "c.yaml:1: 'steps' does not take this; give a whole number of at least 1"),
    ("steps: 1e300", "c.yaml:1: 'steps' does not take this; give a whole number of at least 1"),
    ("steps: [1]", "c.yaml:1: 'steps' does not take this; give a whole number of at least 1"),
    ("steps: {a: 1}", "c.yaml:1: 'steps' does not take this; give a word or a list of words"),
    ("seed: -1", "c.yaml:1: 'seed' does not take this; give a whole number from 0 to 9223372036854775807"),
    ("lanes: 1000001", "c.yaml:1: 'lanes' does not take this; give a whole number from 1 to 1000000"),
    (
      "steps: 1\nsteps: 2",
      "c.yaml:1: is not YAML: a key stands twice: steps; check indentation, colons and brackets there"
    ),
    ("- 1", "c.yaml: is no configuration; write `key: value` lines"),
    ("just words", "c.yaml: is no configuration; write `key: value` lines"),
    (
      "a: [1",
      "c.yaml:2: is not YAML: did not find expected ',' or ']'; check indentation, colons and brackets there"
    ),
    (
      "\tsteps: 1",
      "c.yaml:1: is not YAML: found character that cannot start any token; check indentation, colons and brackets there"
    ),
    ("? [a]\n: 1", "c.yaml:1: has a key that is no word; write `key: value`"),
  ])
  func refusesWithOneLine(yaml: String, message: String) {
    var configuration = MarketRun()
    let error = #expect(throws: InputError.self) {
      try configuration.apply(yaml: yaml, name: "c.yaml")
    }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    ("steps", "--set steps: is no override; spell it key=value"),
    ("stps=1", "--set stps=1: unknown key 'stps'; did you mean 'steps'?"),
    ("steps=", "--set steps=: 'steps' does not take this; give a whole number of at least 1"),
    ("steps=[", "--set steps=[: the value is not YAML; put a text in quotes"),
    (
      "agent.learning_rte=1",
      "--set agent.learning_rte=1: unknown key 'agent.learning_rte'; did you mean 'agent.learning_rate'?"
    ),
    ("agent=1", "--set agent=1: 'agent' is a section; set a key of it such as 'agent.hidden'"),
    (
      "agent.head=both",
      "--set agent.head=both: 'agent.head' does not take this; give one of branching, additive, joint"
    ),
    (
      "agent.hidden=64",
      "--set agent.hidden=64: 'agent.hidden' does not take this; give a list of whole numbers from 1 to 65536, as in [256, 256]"
    ),
    (
      "agent.discount=1.1",
      "--set agent.discount=1.1: 'agent.discount' does not take this; give a number from 0 to 1"
    ),
    (
      "agent.discount=nan",
      "--set agent.discount=nan: 'agent.discount' does not take this; give a number from 0 to 1"
    ),
    (
      "agent.learning_rate=0",
      "--set agent.learning_rate=0: 'agent.learning_rate' does not take this; give a number above 0, or a line as [from, to] or [from, to, until]"
    ),
    (
      "agent.learning_rate=[1, 2, 3]",
      "--set agent.learning_rate=[1, 2, 3]: 'agent.learning_rate' does not take this; give a number above 0, or a line as [from, to] or [from, to, until]"
    ),
    (
      "agent.target_update=[soft, 1]",
      "--set agent.target_update=[soft, 1]: 'agent.target_update' does not take this; give [polyak, rate from 0 to 1] or [hard, updates between copies]"
    ),
  ])
  func refusesOverrides(override: String, message: String) {
    var configuration = MarketRun()
    let error = #expect(throws: InputError.self) { try configuration.apply(override: override) }
    #expect(error?.description == message)
  }

  @Test func emptyFilesChangeNothing() throws {
    var configuration = MarketRun()
    try configuration.apply(yaml: "", name: "c")
    try configuration.apply(yaml: "# only words\n", name: "c")
    #expect(configuration.yaml == MarketRun().yaml)
    #expect(throws: InputError.missing(path: "/none.yaml")) { try configuration.apply(file: "/none.yaml") }
  }

  /// Checkpoints lie at whole steps of all lanes where their distance is given, and at even shares of the run otherwise.
  @Test func placesCheckpoints() {
    var configuration = MarketRun()
    configuration.steps = 1000
    configuration.lanes = 64
    configuration.checkpointSteps = 300
    #expect(configuration.checkpoints == [320, 640, 960, 1000])
    configuration.checkpointSteps = nil
    configuration.evaluations = 3
    #expect(configuration.checkpoints == [333, 666, 1000])
  }
}
