#if Serving
  import Budgets
  import Documents
  import NIOCore

  /// What a campaign answers: its decision for the tick to come, or tick −1 once it is over, and its sums so far.
  struct CampaignReply {
    private let campaign: Campaign
    private let decision: CampaignDecision?

    init(_ campaign: Campaign) {
      self.campaign = campaign
      decision = campaign.decide()
    }

    /// One output's elements.
    private enum Elements {
      case doubles([Double])
      case integers([Int64])
      case levels([Int32])
      case text(String)

      var type: String {
        switch self {
        case .doubles: "FP64"
        case .integers: "INT64"
        case .levels: "INT32"
        case .text: "BYTES"
        }
      }

      var count: Int {
        switch self {
        case .doubles(let values): values.count
        case .integers(let values): values.count
        case .levels(let values): values.count
        case .text: 1
        }
      }

      var json: JSONValue {
        switch self {
        case .doubles(let values): .array(values.map { JSONValue($0) })
        case .integers(let values): .array(values.map { JSONValue(Int($0)) })
        case .levels(let values): .array(values.map { JSONValue(Int($0)) })
        case .text(let text): [.string(text)]
        }
      }

      /// Little end first; texts behind their lengths.
      func write(to body: inout ByteBuffer) {
        switch self {
        case .doubles(let values):
          for value in values { body.writeInteger(value.bitPattern, endianness: .little) }
        case .integers(let values): for value in values { body.writeInteger(value, endianness: .little) }
        case .levels(let values): for value in values { body.writeInteger(value, endianness: .little) }
        case .text(let text):
          body.writeInteger(UInt32(text.utf8.count), endianness: .little)
          body.writeString(text)
        }
      }
    }

    private func elements(_ output: CampaignRequest.Output) -> Elements {
      let channels = decision?.channels
      let totals = campaign.state.totals
      func numbers(_ value: (CampaignDecision.Channel) -> Double) -> Elements {
        .doubles(channels?.map(value) ?? totals.map { _ in 0 })
      }
      return switch output {
      case .tick: .integers([Int64(decision?.tick ?? -1)])
      case .bid: numbers(\.bid)
      case .level: .levels(channels?.map { Int32($0.level) } ?? totals.map { _ in 0 })
      case .expectedSpend: numbers(\.expectedSpend)
      case .expectedOutcome: numbers(\.expectedOutcome)
      case .spendLimit: numbers(\.spendLimit)
      case .moneyPrice: .doubles([decision?.moneyPrice ?? 0])
      case .budgetLeft: .doubles([campaign.budgetLeft])
      case .flags: .text((decision?.flags ?? []).map(\.rawValue).joined(separator: ","))
      case .spend: .doubles(campaign.spends)
      case .wins: .doubles(totals.map(\.wins))
      case .clicks: .doubles(totals.map(\.clicks))
      case .conversions: .doubles(totals.map(\.conversions))
      }
    }

    /// The answer to a request: JSON, and raw tensors behind it.
    func httpReply(to request: CampaignRequest, model: String, version: Int) -> HTTPReply {
      var (body, raw) = (ByteBuffer(), ByteBuffer())
      body.reserveCapacity(2048)
      body.writeString(
        "{\"model_name\":\(JSONValue.string(model).text()),\"model_version\":\"\(version)\"")
      if let id = request.id { body.writeString(",\"id\":\(JSONValue.string(id).text())") }
      body.writeString(",\"outputs\":[")
      for (index, (output, isBinary)) in request.outputs.enumerated() {
        let elements = elements(output)
        let isScalar = [.tick, .moneyPrice, .budgetLeft, .flags].contains(output)
        if index > 0 { body.writeString(",") }
        body.writeString("{\"name\":\"\(output.rawValue)\",\"datatype\":\"\(elements.type)\",")
        body.writeString(isScalar ? "\"shape\":[1]," : "\"shape\":[1,\(elements.count)],")
        if isBinary {
          let start = raw.readableBytes
          elements.write(to: &raw)
          body.writeString("\"parameters\":{\"binary_data_size\":\(raw.readableBytes - start)}}")
        } else {
          body.writeString("\"data\":\(elements.json.text())}")
        }
      }
      body.writeString("]}")
      guard raw.readableBytes > 0 else { return HTTPReply(body, contentType: "application/json") }
      let length = body.readableBytes
      body.writeBuffer(&raw)
      return HTTPReply(body, contentType: "application/octet-stream", inferenceHeaderLength: length)
    }
  }
#endif
