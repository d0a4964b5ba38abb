#if Serving
  import Budgets
  import Documents

  /// What the protocol's documents say of a model that keeps campaigns.
  struct CampaignDescription {
    let name: String
    let versions: CampaignVersions
    let market: Market

    private var channels: Int { market.channels.count }

    private var inputs: [(name: String, type: String, columns: Int)] {
      [
        ("tick", "INT64", 1), ("bid", "FP64", channels), ("wins", "FP64", channels),
        ("spend", "FP64", channels),
        ("clicks", "FP64", channels), ("conversions", "FP64", channels), ("budget", "FP64", 1),
        ("mask", "BOOL", channels),
      ]
    }

    private var outputs: [(name: String, type: String, columns: Int)] {
      CampaignRequest.Output.allCases.map { output in
        switch output {
        case .tick: (output.rawValue, "INT64", 1)
        case .level: (output.rawValue, "INT32", channels)
        case .flags: (output.rawValue, "BYTES", 1)
        case .moneyPrice, .budgetLeft: (output.rawValue, "FP64", 1)
        default: (output.rawValue, "FP64", channels)
        }
      }
    }

    private func shape(_ columns: Int) -> JSONValue { columns == 1 ? [1] : [1, JSONValue(columns)] }

    /// The answer to a question for the model's metadata.
    var metadata: JSONValue {
      [
        "name": .string(name + ModelCatalog.campaignSuffix),
        "versions": .array(versions.models.keys.sorted().map { .string("\($0)") }), "platform": "apportion",
        "inputs": .array(
          inputs.map { ["name": .string($0.name), "datatype": .string($0.type), "shape": shape($0.columns)] }),
        "outputs": .array(
          outputs.map {
            ["name": .string($0.name), "datatype": .string($0.type), "shape": shape($0.columns)]
          }),
        "channels": .array(market.channels.map { .string($0.name) }),
      ]
    }

    /// The answer to a question for the model's configuration, with the keys of Triton's.
    var configuration: JSONValue {
      [
        "name": .string(name + ModelCatalog.campaignSuffix), "platform": "apportion", "backend": "apportion",
        "max_batch_size": 1, "sequence_batching": [:],
        "input": .array(
          inputs.map {
            [
              "name": .string($0.name), "data_type": .string("TYPE_\($0.type)"),
              "dims": [JSONValue($0.columns)],
              "optional": true,
            ]
          }),
        "output": .array(
          outputs.map {
            [
              "name": .string($0.name),
              "data_type": .string($0.type == "BYTES" ? "TYPE_STRING" : "TYPE_\($0.type)"),
              "dims": [JSONValue($0.columns)],
            ]
          }),
      ]
    }
  }

  extension CampaignService {
    /// The numbers of all campaigns in Prometheus' text format.
    var prometheusText: String {
      let counters = counters
      let rows = [
        ("requests", "Requests to campaigns.", counters.requests),
        ("decisions", "Requests that were answered with a decision.", counters.decisions),
        ("failures", "Requests that were refused.", counters.failures),
        ("corrections", "Results of earlier ticks that were changed.", counters.corrections),
        ("fallbacks", "Decisions in which the plan's bids stood in for the policy's.", counters.fallbacks),
        ("commits", "Transactions written.", counters.commits),
      ]
      return rows.map { name, help, value in
        "# HELP apportion_campaign_\(name)_total \(help)\n# TYPE apportion_campaign_\(name)_total counter\n"
          + "apportion_campaign_\(name)_total \(value)\n"
      }.joined()
    }
  }
#endif
