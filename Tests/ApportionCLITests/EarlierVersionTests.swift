import Documents
import Foundation
import PolicyFormats
import Testing

/// What version 0.1.0 wrote (`Golden/make`), in the hands of this one.
@Suite struct EarlierVersionTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/version-0.1.0").path()

  /// A folder with copies of that version's files.
  private func withFiles(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      for name in try FileManager.default.contentsOfDirectory(atPath: Self.golden) {
        try FileManager.default.copyItem(atPath: "\(Self.golden)/\(name)", toPath: "\(folder)/\(name)")
      }
      try body(folder)
    }
  }

  private func run(_ arguments: [String], in folder: String) throws -> CommandLineProgram.Result {
    let result = try CommandLineProgram.run(arguments, in: folder)
    #expect(result.status == 0, "\(arguments.joined(separator: " ")): \(result.errors)")
    return result
  }

  @Test func itsRunsAreEvaluatedAsThen() throws {
    try withFiles { folder in
      let then = try JSONValue(parsing: AtomicFile.read(folder + "/run/evaluation.json"))
      let now = try run(["evaluate", "run", "--episodes", "20", "--json"], in: folder).json
      for path in [["policy", "mean"], ["baselines", "replan", "mean"], ["bound", "mean"]] {
        func number(_ document: JSONValue) -> Double? {
          path.reduce(document as JSONValue?) { $0?[$1] }?.double
        }
        let (before, after) = (try #require(number(then)), try #require(number(now)))
        #expect(abs(after / before - 1) < 0.005, "\(path): \(before) then, \(after) now")
      }
    }
  }

  @Test func itsRunsAreExplainedReportedAndExported() throws {
    try withFiles { folder in
      _ = try run(["report", "run"], in: folder)
      _ = try run(["explain", "run", "--episodes", "4"], in: folder)
      _ = try run(["export", "run", "--format", "onnx"], in: folder)
    }
  }

  @Test func itsConfigurationsTrain() throws {
    try withFiles { folder in
      let arguments = [
        "train", "--config", "run/config.yaml", "--steps", "640", "--output", "again", "--json",
      ]
      let report = try run(arguments, in: folder).json
      #expect(report["steps"]?.int == 640)
    }
  }

  @Test func itsMarketsAreShownAndPlanned() throws {
    try withFiles { folder in
      #expect(try run(["markets", "shop.yaml"], in: folder).output.contains("radio"))
      _ = try run(["plan", "shop.yaml"], in: folder)
    }
  }

  @Test func itsRepositoriesAreLoadedAndGoOn() throws {
    try withFiles { folder in
      let repository = ModelRepository(folder + "/models")
      #expect(try repository.labels(of: "shop")[.stable] == 1)
      #expect(try repository.load("shop", version: 1).policy.trainingSteps == 2000)
      _ = try run(["publish", "run", "--repository", "models", "--name", "shop"], in: folder)
      #expect(repository.versions(of: "shop") == [1, 2])
      let (first, second) = (try repository.load("shop", version: 1), try repository.load("shop", version: 2))
      #expect(first.manifest.metadata == second.manifest.metadata)
    }
  }
}
