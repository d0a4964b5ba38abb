import Experiments
import ModelFormats
import Testing

@Suite struct TrainingConfigurationTests {
  @Test func readsBackWhatItWrites() throws {
    var original = TrainingConfiguration()
    original.market = "a \"quoted\": name # no comment"
    original.steps = 12345
    original.seed = 77
    var copy = TrainingConfiguration()
    try copy.apply(yaml: original.yaml, name: "copy.yaml")
    #expect(copy.yaml == original.yaml)
    #expect(copy.market == original.market)
    #expect(copy.steps == 12345)
  }

  @Test func takesOverridesLast() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/config.yaml"
      try AtomicFile.write("steps: 5_000 # few\nlanes: 32\n", to: path)
      let configuration = try TrainingConfiguration(
        file: path, overrides: ["steps=2e6", "market=retail-weekly"])
      #expect(configuration.steps == 2_000_000)
      #expect(configuration.lanes == 32)
      #expect(configuration.market == "retail-weekly")
    }
  }

  @Test(arguments: [
    ("step: 5", "c.yaml:1: unknown key 'step' (nearest: 'steps')."),
    ("seed: 1\n\nlans: 5", "c.yaml:3: unknown key 'lans' (nearest: 'lanes')."),
    ("steps: many", "c.yaml:1: 'steps' should be a whole number of at least 1."),
    ("steps: 0", "c.yaml:1: 'steps' should be a whole number of at least 1."),
    ("steps: 1.5", "c.yaml:1: 'steps' should be a whole number of at least 1."),
    ("steps: .nan", "c.yaml:1: 'steps' should be a whole number of at least 1."),
    ("steps: 1e300", "c.yaml:1: 'steps' should be a whole number of at least 1."),
    ("steps: [1]", "c.yaml:1: 'steps' should be a whole number of at least 1."),
    ("steps: {a: 1}", "c.yaml:1: 'steps' should be a word or a list of words."),
    ("seed: -1", "c.yaml:1: 'seed' should be a whole number from 0 to 9223372036854775807."),
    ("lanes: 1000001", "c.yaml:1: 'lanes' should be a whole number from 1 to 1000000."),
    ("steps: 1\nsteps: 2", "c.yaml:1: a key stands twice: steps."),
    ("- 1", "c.yaml: a configuration is a list of `key: value` lines."),
    ("just words", "c.yaml: a configuration is a list of `key: value` lines."),
    ("a: [1", "c.yaml:2: this is not YAML: did not find expected ',' or ']'."),
    ("\tsteps: 1", "c.yaml:1: this is not YAML: found character that cannot start any token."),
    ("? [a]\n: 1", "c.yaml:1: a key is a word."),
  ])
  func refusesWithOneLine(yaml: String, message: String) {
    var configuration = TrainingConfiguration()
    let error = #expect(throws: ConfigurationError.self) {
      try configuration.apply(yaml: yaml, name: "c.yaml")
    }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    ("steps", "--set steps: an override is spelt key=value."),
    ("stps=1", "--set stps=1: unknown key 'stps' (nearest: 'steps')."),
    ("steps=", "--set steps=: 'steps' should be a whole number of at least 1."),
    ("steps=[", "--set steps=[: the value is not YAML."),
  ])
  func refusesOverrides(override: String, message: String) {
    var configuration = TrainingConfiguration()
    let error = #expect(throws: ConfigurationError.self) { try configuration.apply(override: override) }
    #expect(error?.description == message)
  }

  @Test func emptyFilesChangeNothing() throws {
    var configuration = TrainingConfiguration()
    try configuration.apply(yaml: "", name: "c")
    try configuration.apply(yaml: "# only words\n", name: "c")
    #expect(configuration.yaml == TrainingConfiguration().yaml)
    #expect(throws: FileError.missing(path: "/none.yaml")) { try TrainingConfiguration(file: "/none.yaml") }
  }
}
