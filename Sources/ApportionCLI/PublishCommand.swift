import Apportion
import ArgumentParser
import Documents
import Foundation
import Runs

struct PublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Adds a run's policy to a model repository as its next version, or moves a label.",
    discussion: """
      Requests that name no version get the one labelled stable. With --version a label moves to a version that is \
      there; with --rollback the stable label moves back to where it stood before.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or one of its checkpoints.", valueName: "run"))
  var runFolder: String?

  @Option(help: "The repository's folder, created where it is missing.")
  var repository: String

  @Option(help: "The model's name.")
  var name: String

  @Option(help: "The label that moves: stable or canary.")
  var label: ModelLabels.Label = .stable

  @Option(help: "How many versions to keep, besides labelled ones (default: all).")
  var keep: Int?

  @Option(help: "Move the label to this version and publish nothing.")
  var version: Int?

  @Flag(help: "Move the stable label back and publish nothing.")
  var rollback = false

  @OptionGroup var options: OutputOptions

  func validate() throws {
    let tasks = [runFolder != nil, version != nil, rollback].count { $0 }
    guard tasks == 1 else {
      throw ValidationError("Give a run to publish, or --version, or --rollback: one of the three.")
    }
    guard keep ?? 1 > 0 else { throw ValidationError("--keep takes a number above 0.") }
    guard keep == nil || runFolder != nil else { throw ValidationError("--keep goes with a run to publish.") }
    guard !rollback || label == .stable else {
      throw ValidationError("--rollback moves the stable label only.")
    }
  }

  func run() throws {
    let models = ModelRepository(repository)
    let notice = { (sentence: String) in
      standardError("apportion: \(sentence)\n")
    }
    if let runFolder {
      let folder = try RunFolder(opening: runFolder)
      // With the problem beside the policy, servers can keep a market's campaigns, and `decide` knows what it decides on.
      var attachments: [String: [UInt8]] = [:]
      for name in applications.map({ $0.fileName })
      where FileManager.default.fileExists(atPath: "\(folder.path)/\(name)") {
        attachments[name] = try AtomicFile.read("\(folder.path)/\(name)")
      }
      try models.publish(
        try folder.readPolicy(), name: name, label: label, keep: keep, attachments: attachments,
        notice: notice)
    } else if let version {
      try models.move(label, of: name, to: version, notice: notice)
    } else {
      try models.rollBack(name, notice: notice)
    }
    let labels = try models.labels(of: name)
    let versions = models.versions(of: name)
    func json(_ version: Int?) -> JSONValue { version.map { JSONValue($0) } ?? .null }
    options.show(
      [
        "model": .string(name), "stable": json(labels[.stable]), "canary": json(labels[.canary]),
        "versions": .array(versions.map { JSONValue($0) }),
      ],
      text: versions.map { version in
        let marks = ModelLabels.Label.allCases.filter { labels[$0] == version }.map { "  \($0.rawValue)" }
        return models.folder(of: name, version: version) + marks.joined() + "\n"
      }.joined())
  }
}

extension ModelLabels.Label: ExpressibleByArgument {}
