#if Serving
  import Foundation
  import PolicyFormats
  import NIOCore
  import Synchronization

  /// The models of a repository that are served now. Requests see one whole state or the next, never a mixture.
  ///
  /// A version that cannot be used is noted with the reason and left out; what was served before stays.
  final class ModelCatalog: Sendable {
    /// The served versions of a model.
    struct Versions {
      var served: [Int: ServedModel] = [:]
      /// Why versions are not served.
      var refused: [Int: String] = [:]
      var labels = ModelLabels()
      /// What requests get that name no version.
      var current: Int?
    }

    private let repository: ModelRepository
    private let eventLoops: [any EventLoop]
    private let limits: Batcher.Limits
    private let decisionLog: JSONLinesLog?
    private let state = Mutex<[String: Versions]>([:])
    private let unloaded = Mutex<Set<String>>([])
    /// One reader of the repository at a time.
    private let reading = NSLock()

    init(
      repository: ModelRepository, eventLoops: [any EventLoop], limits: Batcher.Limits,
      decisionLog: JSONLinesLog?
    ) {
      self.repository = repository
      self.eventLoops = eventLoops
      self.limits = limits
      self.decisionLog = decisionLog
    }

    /// All models by name.
    var models: [String: Versions] { state.withLock { $0 } }

    /// The version that a request names by number or label, or the current one; throws status 404.
    func model(_ name: String, version: String? = nil) throws(ServingError) -> ServedModel {
      guard let versions = state.withLock({ $0[name] }) else {
        throw .missing("There is no model '\(name)'.")
      }
      let number: Int?
      if let version {
        number = ModelLabels.Label(rawValue: version).map { versions.labels[$0] } ?? Int(version)
      } else {
        number = versions.current
      }
      guard let number, let model = versions.served[number] else {
        throw .missing("Model '\(name)' has no version \(version ?? "to serve") that is loaded.")
      }
      return model
    }

    /// Where a model's name ends that keeps campaigns.
    static let campaignSuffix = ".campaign"

    /// The versions that keep campaigns behind a name such as `bids.campaign`; nil where the name is another model's, or no
    /// version has a market beside it.
    func campaigns(_ name: String) -> (model: String, versions: CampaignService.Versions)? {
      guard name.hasSuffix(Self.campaignSuffix) else { return nil }
      let model = String(name.dropLast(Self.campaignSuffix.count))
      let (isTaken, versions) = state.withLock { ($0[name] != nil, $0[model]) }
      guard !isTaken, let versions else { return nil }
      let models = versions.served.compactMapValues(\.campaigns)
      guard let current = versions.current.flatMap({ models[$0] == nil ? nil : $0 }) ?? models.keys.max()
      else {
        return nil
      }
      return (model, CampaignService.Versions(models: models, current: current))
    }

    /// Reads what is new in the repository and drops what is gone.
    func refresh() {
      reading.withLock {
        let hidden = unloaded.withLock { $0 }
        let former = models
        var next: [String: Versions] = [:]
        for name in repository.models where !hidden.contains(name) {
          next[name] = read(name, former: former[name] ?? Versions())
        }
        state.withLock { $0 = next }
      }
    }

    /// Reads a model anew, versions that were refused among them; throws where none of them can be served.
    func load(_ name: String) throws(ServingError) {
      guard repository.models.contains(name) else { throw .missing("There is no model '\(name)'.") }
      _ = unloaded.withLock { $0.remove(name) }
      state.withLock { $0[name]?.refused = [:] }
      refresh()
      let versions = models[name]
      guard versions?.served.isEmpty == false else {
        throw .invalid(versions?.refused.values.first ?? "Model '\(name)' cannot be loaded.")
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

    private func read(_ name: String, former: Versions) -> Versions {
      let present = repository.versions(of: name)
      var versions = former
      versions.served = former.served.filter { present.contains($0.key) }
      versions.refused = former.refused.filter { present.contains($0.key) }
      for version in present where versions.served[version] == nil && versions.refused[version] == nil {
        do {
          versions.served[version] = try ServedModel(
            repository.load(name, version: version), on: eventLoops, limits: limits,
            decisionLog: decisionLog)
        } catch {
          versions.refused[version] = "\(error)"
        }
      }
      if let labels = try? repository.labels(of: name) { versions.labels = labels }
      // A stable version that cannot be served never takes over.
      let candidates = [versions.labels[.stable], former.current, versions.served.keys.max()]
      versions.current = candidates.compactMap { $0 }.first { versions.served[$0] != nil }
      return versions
    }
  }
#endif
