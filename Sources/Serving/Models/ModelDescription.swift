#if Serving
  import Documents
  import PolicyFormats

  /// What the protocol's documents say of models.
  extension ServedModel {
    private var inputs: [(name: String, type: String, columns: Int, isOptional: Bool)] {
      if manifest.isWeaklyCoupled { return [] }
      let choices = manifest.choiceCount
      return [
        ("observation", "FP32", manifest.observationSize, false), ("mask", "BOOL", choices, true),
        ("budget", "FP32", 1, true), ("cost", "FP32", choices, true),
      ]
    }

    /// None of a weakly coupled policy, which only campaigns ask.
    private var outputs: [(name: String, type: String, columns: Int)] {
      manifest.isWeaklyCoupled
        ? [] : [("action", "INT32", manifest.branchSizes.count), ("q", "FP32", manifest.choiceCount)]
    }

    /// The answer to a question for the model's metadata.
    func metadata(versions: [Int]) -> JSONValue {
      [
        "name": .string(manifest.name), "versions": .array(versions.map { .string("\($0)") }),
        "platform": "apportion",
        "inputs": .array(
          inputs.map {
            ["name": .string($0.name), "datatype": .string($0.type), "shape": [-1, JSONValue($0.columns)]]
          }),
        "outputs": .array(
          outputs.map {
            ["name": .string($0.name), "datatype": .string($0.type), "shape": [-1, JSONValue($0.columns)]]
          }),
      ]
    }

    /// The answer to a question for the model's configuration, with the keys of Triton's.
    func configuration(batchLimit: Int) -> JSONValue {
      [
        "name": .string(manifest.name), "platform": "apportion", "backend": "apportion",
        "max_batch_size": JSONValue(batchLimit),
        "input": .array(
          inputs.map {
            [
              "name": .string($0.name), "data_type": .string("TYPE_\($0.type)"),
              "dims": [JSONValue($0.columns)],
              "optional": .boolean($0.isOptional),
            ]
          }),
        "output": .array(
          outputs.map {
            [
              "name": .string($0.name), "data_type": .string("TYPE_\($0.type)"),
              "dims": [JSONValue($0.columns)],
            ]
          }),
        "parameters": .object(parameters.map { .init($0.key, ["string_value": .string($0.value)]) }),
      ]
    }

    /// Which problem the policy is for, and when it was published.
    private var parameters: [(key: String, value: String)] {
      manifest.metadata.filter { $0.key.hasSuffix("_digest") }.sorted { $0.key < $1.key }
        + [("published", manifest.published)]
    }

    /// An entry of the statistics extension. Requests are read and replies written within the requests' own time, and nothing
    /// is cached, so that those entries are zero.
    var statisticsDocument: JSONValue {
      let counters = statistics.counters
      func duration(_ count: Int, _ seconds: Double) -> JSONValue {
        ["count": JSONValue(count), "ns": JSONValue(Int(seconds * 1e9))]
      }
      let none = duration(0, 0)
      return [
        "name": .string(manifest.name), "version": .string("\(manifest.version)"),
        "last_inference": JSONValue(counters.lastInference), "inference_count": JSONValue(counters.rows),
        "execution_count": JSONValue(counters.executions),
        "inference_stats": [
          "success": duration(counters.requests, counters[.request].sum),
          "fail": duration(counters.failures, counters.failureSeconds),
          "queue": duration(counters.requests, counters[.queue].sum),
          "compute_input": none,
          "compute_infer": duration(counters.executions, counters[.compute].sum),
          "compute_output": none, "cache_hit": none, "cache_miss": none,
        ],
        "batch_stats": .array(
          counters.batches.sorted { $0.key < $1.key }.map { rows, times in
            [
              "batch_size": JSONValue(rows), "compute_input": none,
              "compute_infer": duration(times.runs, times.seconds), "compute_output": none,
            ]
          }),
      ]
    }
  }

  extension ModelCatalog {
    /// The numbers of all models in Prometheus' text format.
    var prometheusText: String {
      let models = self.models.sorted { $0.key < $1.key }.flatMap { name, versions in
        versions.served.sorted { $0.key < $1.key }.map { version, model in
          ("model=\"\(name)\",version=\"\(version)\"", model.statistics.counters)
        }
      }
      var text = ""
      func counter(_ name: String, _ help: String, _ value: (Statistics.Counters) -> Int) {
        text += "# HELP apportion_\(name) \(help)\n# TYPE apportion_\(name) counter\n"
        for (labels, counters) in models { text += "apportion_\(name){\(labels)} \(value(counters))\n" }
      }
      counter("requests_total", "Answered requests.") { $0.requests }
      counter("failures_total", "Refused requests.") { $0.failures }
      counter("rows_total", "Observations acted on.") { $0.rows }
      counter("executions_total", "Runs of the network.") { $0.executions }
      text += gauge(
        "refused", "Versions and labels that are left out, and why; version 0 is the labels.", refusals)
      for phase in Statistics.Phase.allCases {
        let name = "apportion_\(phase)_seconds"
        text += "# HELP \(name) Time of the phase.\n# TYPE \(name) histogram\n"
        for (labels, counters) in models {
          let histogram = counters[phase]
          var total = 0
          for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            total += count
            text += "\(name)_bucket{\(labels),le=\"\(bound)\"} \(total)\n"
          }
          text += "\(name)_bucket{\(labels),le=\"+Inf\"} \(histogram.count)\n"
          text += "\(name)_sum{\(labels)} \(histogram.sum)\n\(name)_count{\(labels)} \(histogram.count)\n"
        }
      }
      return text
    }

    private var refusals: [(labels: String, value: Int)] {
      models.sorted { $0.key < $1.key }.flatMap { name, versions in
        versions.problems.map { version, reason in
          let escaped = reason.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n", with: "\\n")
          return ("model=\"\(name)\",version=\"\(version ?? 0)\",reason=\"\(escaped)\"", 1)
        }
      }
    }

    private func gauge(_ name: String, _ help: String, _ values: [(labels: String, value: Int)]) -> String {
      "# HELP apportion_\(name) \(help)\n# TYPE apportion_\(name) gauge\n"
        + values.map { "apportion_\(name){\($0.labels)} \($0.value)\n" }.joined()
    }

    /// Whether the models that must be can be asked.
    func isReady(_ readiness: PolicyServer.Readiness) -> Bool {
      let areReady = models.values.map { $0.current != nil }
      switch readiness {
      case .all: return !areReady.isEmpty && !areReady.contains(false)
      case .any: return areReady.contains(true)
      }
    }

    /// What is served of each model.
    var inventory: [ModelInventory] {
      models.sorted { $0.key < $1.key }.map { name, versions in
        ModelInventory(
          name: name, version: versions.current, served: versions.served.keys.sorted(),
          campaigns: campaigns(name + Self.campaignSuffix) != nil,
          refused: Named(versions.problems.map { ($0.version.map { "\($0)" } ?? "labels", $0.reason) }))
      }
    }

    /// The answer to a question for the repository's index.
    var index: JSONValue {
      var entries: [JSONValue] = []
      func add(_ name: String, _ version: Int?, _ state: String, _ reason: String) {
        var entry: [JSONValue.Member] = [.init("name", .string(name))]
        if let version { entry.append(.init("version", .string("\(version)"))) }
        entry += [.init("state", .string(state)), .init("reason", .string(reason))]
        entries.append(.object(entry))
      }
      for (name, versions) in models.sorted(by: { $0.key < $1.key }) {
        for version in versions.served.keys.sorted() { add(name, version, "READY", "") }
        for (version, reason) in versions.problems {
          add(name, version, version == nil && versions.current != nil ? "READY" : "UNAVAILABLE", reason)
        }
      }
      for name in unloadedModels { add(name, nil, "UNAVAILABLE", "unloaded") }
      return .array(entries)
    }
  }

  /// What is served of a model, and what is left out.
  public struct ModelInventory: Encodable, Sendable {
    /// The model.
    public let name: String
    /// The version that answers where none is named; nil where none can.
    public let version: Int?
    /// All versions that are served.
    public let served: [Int]
    /// Whether it keeps campaigns.
    public let campaigns: Bool
    /// By version, or `labels`: why it is left out.
    package let refused: Named<String>
  }
#endif
