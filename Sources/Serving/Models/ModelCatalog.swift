#if Serving
  import Documents
  import Foundation
  import PolicyFormats
  import NIOCore
  import Synchronization

  /// The models of a repository that are served now: what lies on the disk, read anew wherever a file changed. Requests see
  /// one whole state or the next, never a mixture.
  ///
  /// A version that cannot be used is noted with the reason and left out. Requests that name no version get the newest
  /// version in the stable label's history that can be used, and nothing else: never a canary.
  final class ModelCatalog: Sendable {
    /// The versions of a model.
    struct Versions {
      var served: [Int: ServedModel] = [:]
      /// Why versions are not served.
      var refused: [Int: String] = [:]
      /// What the files of a version looked like when it was read.
      var marks: [Int: [String: FileMark]] = [:]
      var labels = ModelLabels()
      /// Why the labels are those that were read before; nil where they are the file's.
      var labelsProblem: String?
      /// Those that keep campaigns; nil where no version that is or was stable does.
      var campaigns: CampaignVersions?
      /// What requests get that name no version.
      var current: Int? { labels.history(of: .stable).last { served[$0] != nil } }

      /// Sentences about what is left out, by version; labels have none.
      var problems: [(version: Int?, reason: String)] {
        (labelsProblem.map { [(nil, $0)] } ?? [])
          + refused.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      }
    }

    private let repository: ModelRepository
    private let eventLoops: [any EventLoop]
    private let limits: Batcher.Limits
    private let decisionLog: JSONLinesLog?
    private let notice: @Sendable (String) -> Void
    private let state = Mutex<[String: Versions]>([:])
    private let unloaded = Mutex<Set<String>>([])
    /// Held by the one reader of the repository, with what it has said.
    private let said = Mutex<Set<String>>([])

    /// - Parameter notice: takes a sentence once for everything that is left out.
    init(
      repository: ModelRepository, eventLoops: [any EventLoop], limits: Batcher.Limits,
      decisionLog: JSONLinesLog?, notice: @escaping @Sendable (String) -> Void
    ) {
      self.repository = repository
      self.eventLoops = eventLoops
      self.limits = limits
      self.decisionLog = decisionLog
      self.notice = notice
    }

    /// All models by name.
    var models: [String: Versions] { state.withLock { $0 } }

    /// The version that a request names by number or label, or the current one; throws status 404 for what is not there and
    /// 503 for what cannot be used.
    func model(_ name: String, version: String? = nil) throws(ServingError) -> ServedModel {
      guard let versions = state.withLock({ $0[name] }) else {
        throw .missing("There is no model '\(name)'.")
      }
      let label = version.map { ModelLabels.Label(rawValue: $0) } ?? .stable
      let number =
        label == .stable ? versions.current : label.map { versions.labels[$0] } ?? version.flatMap { Int($0) }
      if let number, let model = versions.served[number] { return model }
      if label == .stable {
        let reason = versions.problems.first.map { " \($0.reason)" } ?? ""
        throw .unavailable("Model '\(name)' has no stable version that can be served.\(reason)")
      }
      if let reason = number.flatMap({ versions.refused[$0] }) { throw .unavailable(reason) }
      throw .missing("Model '\(name)' has no version \(version ?? "") that is loaded.")
    }

    /// Where a model's name ends that keeps campaigns.
    static let campaignSuffix = ".campaign"

    /// The versions that keep campaigns behind a name such as `bids.campaign`; nil where the name is another model's, or no
    /// version that is or was stable has a market beside it.
    func campaigns(_ name: String) -> (model: String, versions: CampaignVersions)? {
      guard name.hasSuffix(Self.campaignSuffix) else { return nil }
      let model = String(name.dropLast(Self.campaignSuffix.count))
      return state.withLock { state in
        state[name] == nil ? state[model]?.campaigns.map { (model, $0) } : nil
      }
    }

    /// Reads what is new or changed in the repository and drops what is gone.
    func refresh() { refresh(anew: nil) }

    /// Reads a model's files anew, whatever they look like; throws where anything of it cannot be used.
    func load(_ name: String) throws(ServingError) {
      guard repository.models.contains(name) else { throw .missing("There is no model '\(name)'.") }
      _ = unloaded.withLock { $0.remove(name) }
      refresh(anew: name)
      guard let versions = models[name] else { throw .missing("There is no model '\(name)'.") }
      guard versions.problems.isEmpty else {
        throw .invalid(versions.problems.map(\.reason).joined(separator: " "))
      }
    }

    /// Stops serving a model until it is loaded again.
    func unload(_ name: String) throws(ServingError) {
      guard models[name] != nil else { throw .missing("There is no model '\(name)'.") }
      _ = unloaded.withLock { $0.insert(name) }
      refresh()
    }

    /// The names of models that were unloaded.
    var unloadedModels: [String] { unloaded.withLock { $0.sorted() } }

    /// One reader at a time: whoever comes later finds what the one before it read.
    private func refresh(anew: String?) {
      said.withLock { said in
        let hidden = unloaded.withLock { $0 }
        let former = models
        var next: [String: Versions] = [:]
        var sentences: Set<String> = []
        do {
          for (name, present) in try repository.readVersions() where !hidden.contains(name) {
            let versions = read(name, present, former: former[name] ?? Versions(), anew: name == anew)
            sentences.formUnion(versions.problems.map { "Model '\(name)': \($0.reason)" })
            next[name] = versions
          }
          state.withLock { $0 = next }
        } catch {
          // Nothing can be said of what cannot be looked at, so what was served stays.
          sentences = said.union(["\(error) What was served before stays."])
        }
        for sentence in sentences.subtracting(said).sorted() { notice(sentence) }
        said = sentences
      }
    }

    private func read(_ name: String, _ present: [Int], former: Versions, anew: Bool) -> Versions {
      var next = Versions()
      for version in present {
        let marks = repository.marks(of: name, version: version)
        if !anew, former.marks[version] == marks {
          next.served[version] = former.served[version]
          next.refused[version] = former.refused[version]
          next.marks[version] = marks
          continue
        }
        do {
          let model = try repository.load(name, version: version)
          let known = former.served[version].flatMap { $0.manifest == model.manifest ? $0 : nil }
          next.served[version] =
            try known ?? ServedModel(model, on: eventLoops, limits: limits, decisionLog: decisionLog)
          next.marks[version] = marks
        } catch {
          next.refused[version] = "\(error)"
          // What could not be opened may be whole: it is tried again.
          if (error as? InputError)?.kind == .inputOutput { continue }
          next.marks[version] = marks
        }
      }
      next.labels = former.labels
      do {
        let labels = try repository.labels(of: name)
        if labels != ModelLabels() || former.labels == ModelLabels() { next.labels = labels }
        if labels == ModelLabels() {
          next.labelsProblem =
            "There is no \(repository.path)/\(name)/labels.json, which says which version is stable: "
            + "`apportion publish --version N` writes it."
        }
      } catch {
        next.labelsProblem = "\(error)"
      }
      let keepers = next.served.compactMapValues(\.campaigns)
      next.campaigns = next.labels.history(of: .stable).last { keepers[$0] != nil }.map {
        CampaignVersions(models: keepers, current: $0)
      }
      return next
    }
  }
#endif
