#if Serving
  import Documents
  import Foundation
  import PolicyFormats

  extension PolicyServer.Options {
    /// How many lines the logs lost, in Prometheus' text format; nothing without logs.
    var logsPrometheusText: String {
      let logs = [("access", accessLog), ("decisions", decisionLog)].compactMap { name, log in
        log.map { (name, $0) }
      }
      guard !logs.isEmpty else { return "" }
      let name = "apportion_log_lost_lines_total"
      return "# HELP \(name) Lines that could not be written.\n# TYPE \(name) counter\n"
        + logs.map { "\(name){log=\"\($0)\"} \($1.lostLines)\n" }.joined()
    }
  }

  extension JSONLinesLog {
    /// Adds a line of the access log.
    func append(_ request: HTTPRequest, _ reply: HTTPReply) {
      append([
        "time": JSONValue(Date().timeIntervalSince1970), "method": .string(request.head.method.rawValue),
        "path": .string(String(Substring(request.path))), "status": JSONValue(reply.status),
        "bytes": JSONValue(reply.body.readableBytes),
        "seconds": JSONValue(request.arrival.duration(to: .now) / .seconds(1)),
      ])
    }

    /// Adds a line of the decision log, the input of off-policy evaluation: what was seen and allowed, what it cost, and the
    /// values it was chosen by; each a list of rows, null where a request had none. A policy is greedy, so it chooses what
    /// it chose with propensity 1.
    func append(
      _ request: InferenceRequest, mask: [UInt8]?, costs: [Float]?, q: some Collection<Float>,
      actions: [Int32],
      of manifest: ModelManifest
    ) {
      func rows(_ values: [JSONValue]?) -> JSONValue {
        guard let values else { return .null }
        let columns = values.count / request.rows
        return .array((0..<request.rows).map { .array(Array(values[$0 * columns..<($0 + 1) * columns])) })
      }
      append([
        "time": JSONValue(Date().timeIntervalSince1970), "model": .string(manifest.name),
        "version": JSONValue(manifest.version), "id": request.id.map { .string($0) } ?? .null,
        "observation": rows(request.observations.map { JSONValue($0) }),
        "mask": rows(mask.map { $0.map { .boolean($0 != 0) } }),
        "budget": request.budgets.map { .array($0.map { JSONValue($0) }) } ?? .null,
        // The ladder's costs are every row's.
        "cost": rows(costs.map { costs in (0..<q.count).map { JSONValue(costs[$0 % costs.count]) } }),
        "q": rows(q.map { JSONValue($0) }),
        "action": rows(actions.map { JSONValue(Int($0)) }), "propensity": 1,
      ])
    }
  }
#endif
