import Documents
import Foundation
import PolicyFormats

/// The built program, run as a process of its own.
struct CommandLineProgram {
  /// What a run of the program left.
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    /// The one JSON document of stdout; throws where there is anything else.
    var json: JSONValue { get throws { try JSONValue(parsing: output.utf8) } }
  }

  /// The program lies beside the tests' own executable.
  static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "apportion").path()

  /// Runs the program to its end.
  ///
  /// - Parameter settings: variables of its environment and a command that runs it, as for `env`.
  static func run(
    _ arguments: [String], in folder: String = "/tmp", under settings: [String] = []
  ) throws -> Result {
    try start(arguments, in: folder, under: settings).finish()
  }

  /// Starts the program; its output goes to files, so that it never waits for a reader.
  static func start(
    _ arguments: [String], in folder: String = "/tmp", under settings: [String] = []
  ) throws -> Running {
    let stem = FileManager.default.temporaryDirectory.appending(path: "apportion-\(UUID())").path()
    for name in [".out", ".err"] { try AtomicFile.write([], to: stem + name) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = settings + [path] + arguments
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: stem + ".out")
    process.standardError = FileHandle(forWritingAtPath: stem + ".err")
    try process.run()
    return Running(process: process, stem: stem)
  }

  /// A running program.
  struct Running {
    let process: Process
    let stem: String

    func finish() throws -> Result {
      process.waitUntilExit()
      defer { for name in [".out", ".err"] { try? FileManager.default.removeItem(atPath: stem + name) } }
      func text(_ name: String) throws -> String {
        String(decoding: try AtomicFile.read(stem + name), as: UTF8.self)
      }
      return Result(status: process.terminationStatus, output: try text(".out"), errors: try text(".err"))
    }
  }
}

/// A folder of the test's own, gone when the test ends.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "cli-\(UUID())").path()
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

/// A market small enough to train for in a second.
let tinyMarket = """
  name: tiny
  ticks: 6
  budget: 60
  objective: conversions
  channels:
    - name: first
      response:
        spends: [0, 5, 10, 20]
        saturation: {maximum: 30, half_saturation: 12, slope: 1.2}
    - name: second
      response:
        spends: [0, 4, 8]
        saturation: {maximum: 12, half_saturation: 6}
  """

/// Settings with which a run takes about a second.
let tinySettings = ["--steps", "3000"] + endlessSettings

/// Settings with which a run goes on until it is stopped.
let endlessSettings = [
  "--market", "tiny.yaml", "--set", "steps=2e9", "--set", "lanes=32", "--set", "agent.hidden=[16]", "--set",
  "agent.warmup_steps=600", "--set", "agent.replay_capacity=4000", "--set", "agent.batch_size=32",
]
