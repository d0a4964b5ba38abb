#if Serving
  import Budgets
  import Documents
  import Foundation
  import PolicyFormats
  import Synchronization

  /// Sets stored campaigns beside the forecasts of their models, which are simulated once each.
  final class CampaignMonitor: Sendable {
    /// A stored campaign and what there is to say of it.
    struct Watched: Sendable {
      let summary: CampaignSummary
      let market: Market
      let forecast: CampaignForecast
      let appraisal: CampaignAppraisal
      /// The file that it is kept in; nil in memory.
      let journal: String?
    }

    /// How many of the newest campaigns are watched.
    static let most = 50

    private struct Key: Hashable {
      let market: String
      let policy: ObjectIdentifier
      let budget: Double
    }

    /// The models are kept with their forecasts, so that no other can take their place in memory.
    private let forecasts = Mutex<[Key: (model: CampaignModel, forecast: CampaignForecast)]>([:])

    /// Looks at the newest campaigns.
    ///
    /// - Parameter model: the model of a campaign's version; nil where it is not there any more.
    func watch(
      _ kept: any KeptCampaigns, model open: (_ name: String, _ version: Int) throws -> CampaignModel?
    ) throws -> [Watched] {
      try kept.summaries(model: nil, newest: Self.most).reversed().compactMap { summary -> Watched? in
        guard let model = try open(summary.model, summary.version), summary.state.market == model.digest
        else { return nil }
        let forecast = forecast(of: model, budget: summary.state.totalBudget)
        let events = try kept.events(ofRow: summary.row)
        return Watched(
          summary: summary, market: model.market, forecast: forecast,
          appraisal: CampaignAppraisal(events.history, forecast: forecast), journal: kept.path)
      }
    }

    private func forecast(of model: CampaignModel, budget: Double) -> CampaignForecast {
      let key = Key(market: model.digest, policy: ObjectIdentifier(model), budget: budget)
      if let known = forecasts.withLock({ $0[key]?.forecast }) { return known }
      let forecast = CampaignForecast(model, budget: budget)
      forecasts.withLock {
        if $0.count > 200 { $0 = [:] }
        $0[key] = (model, forecast)
      }
      return forecast
    }
  }

  extension CampaignMonitor.Watched {
    /// All that is said of the campaign, in words.
    var sentences: [String] {
      let flags = (summary.state.decision?.flags ?? []).map {
        "The last decision is flagged '\($0.rawValue)'."
      }
      return appraisal.sentences + (appraisal.departure == nil ? [] : [remedy]) + flags
    }

    /// How to describe the market anew.
    private var remedy: String {
      guard let journal else {
        return "Campaigns in memory leave no journal to calibrate the market from: serve with --state."
      }
      return
        "To describe it anew: apportion calibrate --journal \(journal) --output market.yaml; to learn on in it: "
        + "apportion train --market market.yaml --from RUN."
    }

    /// The campaign as a document.
    var json: JSONValue {
      guard case .object(let own) = summary.json, case .object(let found) = appraisal.json else {
        return .null
      }
      return .object(own + found)
    }

    /// Its numbers in Prometheus' text format, by the name of a gauge.
    var gauges: [(name: String, help: String, value: Double)] {
      [
        ("budget", "The total to spend.", summary.state.totalBudget),
        ("spend", "The money spent.", appraisal.spend),
        ("outcome", "Conversions, or outcome.", appraisal.outcome),
        ("tick", "Ticks played.", Double(appraisal.tick)),
        (
          "expected_spend", "The money that half of the forecast's campaigns have spent by now.",
          appraisal.spendBand?.median ?? 0
        ),
        ("off_market", "Whether the market is no longer as described.", appraisal.departure == nil ? 0 : 1),
      ]
    }
  }

  extension [CampaignMonitor.Watched] {
    /// The running campaigns' numbers in Prometheus' text format.
    var prometheusText: String {
      let running = filter { !$0.summary.isEnded }
      guard let first = running.first else { return "" }
      return first.gauges.indices.map { index in
        let (name, help, _) = first.gauges[index]
        return "# HELP apportion_campaign_\(name) \(help)\n# TYPE apportion_campaign_\(name) gauge\n"
          + running.map { watched in
            let labels =
              "model=\(JSONValue.string(watched.summary.model).text()),sequence=\(JSONValue.string(watched.summary.id).text())"
            return "apportion_campaign_\(name){\(labels)} \(watched.gauges[index].value)\n"
          }.joined()
      }.joined()
    }
  }

  /// The models of a repository that keep campaigns, each opened once.
  final class PublishedCampaigns {
    private let repository: ModelRepository
    private var opened: [String: CampaignModel] = [:]

    init(_ path: String) { repository = ModelRepository(path) }

    /// A version's model; nil where it is not there, or has no market beside it.
    func model(_ name: String, _ version: Int) throws -> CampaignModel? {
      let key = "\(name)/\(version)"
      if let known = opened[key] { return known }
      guard repository.versions(of: name).contains(version) else { return nil }
      let published = try repository.load(name, version: version)
      opened[key] = try Market(beside: published.attachments).map {
        try CampaignModel(market: $0, policy: published.policy)
      }
      return opened[key]
    }
  }

  /// The campaigns of a file, which a server may be using, beside their forecasts.
  ///
  /// ```swift
  /// print(try MonitorReport(state: "campaigns.sqlite", repository: "models").text)
  /// ```
  package struct MonitorReport {
    private let watched: [CampaignMonitor.Watched]

    /// Reads the campaigns, and their models from the repository that they are served from.
    ///
    /// - Throws: `InputError` where there is no such file, or it cannot be read.
    package init(state: String, repository: String) throws {
      let file = try CampaignFile(reading: state)
      let models = PublishedCampaigns(repository)
      watched = try CampaignMonitor().watch(file, model: models.model)
    }

    /// The campaigns as a document, the newest first.
    package var json: JSONValue { ["campaigns": .array(watched.map(\.json))] }

    /// The campaigns for people: the rows of a table (model, id, tick, spend, forecast, outcome, forecast), and sentences.
    package var rows: [(cells: [String], sentences: [String])] {
      watched.map { watched in
        let (summary, appraisal) = (watched.summary, watched.appraisal)
        func range(_ band: CampaignForecast.Band?) -> String {
          band.map { "\(readable($0.low)) to \(readable($0.high))" } ?? "–"
        }
        return (
          [
            summary.model, summary.id, summary.isEnded ? "ended" : "\(appraisal.tick)",
            readable(summary.state.totalBudget), readable(appraisal.spend), range(appraisal.spendBand),
            readable(appraisal.outcome), range(appraisal.outcomeBand),
          ], watched.sentences.map { "\(summary.model) \(summary.id): \($0)" }
        )
      }
    }

    /// One self-contained page.
    package var html: String { CampaignPage(watched).html }
  }
#endif
