#if Serving
  import Documents
  import Foundation
  import PolicyFormats

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

    /// Adds a line of the decision log, the input of off-policy evaluation. A policy is greedy, so it chooses what it chose
    /// with propensity 1.
    func append(_ request: InferenceRequest, _ actions: [Int32], of manifest: ModelManifest) {
      func rows(_ values: [JSONValue]) -> JSONValue {
        let columns = values.count / request.rows
        return .array((0..<request.rows).map { .array(Array(values[$0 * columns..<($0 + 1) * columns])) })
      }
      append([
        "time": JSONValue(Date().timeIntervalSince1970), "model": .string(manifest.name),
        "version": JSONValue(manifest.version), "id": request.id.map { .string($0) } ?? .null,
        "observation": rows(request.observations.map { JSONValue($0) }),
        "action": rows(actions.map { JSONValue(Int($0)) }), "propensity": 1,
      ])
    }
  }
#endif
