/// Markets that differ in how money works, all of which the same history might come from.
public struct PosteriorDraws: Sendable, Equatable {
  /// The market that stands for all of them.
  public let market: Market
  /// By draw and channel: how money works there. Only adstock and saturation differ from the market's.
  public let draws: [[ResponseChannel]]

  /// Joins a market of response channels and draws of all its channels.
  public init(market: Market, draws: [[ResponseChannel]]) {
    precondition(
      draws.allSatisfy { $0.count == market.channels.count },
      "A posterior draw has the channels of its market.")
    self.market = market
    self.draws = draws
  }

  /// The number of draws.
  public var count: Int { draws.count }

  /// Every other market, from the first on: what policies are trained on.
  public var training: PosteriorDraws { selecting { $0 % 2 == 0 } }
  /// The other markets: what policies are evaluated on, never having met them.
  public var heldOut: PosteriorDraws { selecting { $0 % 2 == 1 } }

  private func selecting(_ isKept: (Int) -> Bool) -> PosteriorDraws {
    guard count > 1 else { return self }
    return PosteriorDraws(market: market, draws: draws.indices.filter(isKept).map { draws[$0] })
  }

  /// One of the markets. What differs between episodes is known in it, so it draws no multipliers of response.
  package subscript(draw: Int) -> Market {
    var market = shaped(draw)
    for (index, drawn) in draws[draw].enumerated() {
      guard case .response(var response) = market.channels[index].kind else { continue }
      response.saturation.maximum = drawn.saturation.maximum
      market.channels[index].kind = .response(response)
    }
    return market
  }

  /// One of the markets but for its ceilings, which paths of its episodes hold as multipliers of response.
  func shaped(_ draw: Int) -> Market {
    var market = market
    market.name += "-\(draw)"
    market.randomization.response = 0
    for (index, drawn) in draws[draw].enumerated() {
      guard case .response(var response) = market.channels[index].kind else { continue }
      let maximum = response.saturation.maximum
      response.curves = []
      response.adstock = drawn.adstock
      response.saturation = drawn.saturation
      response.saturation.maximum = maximum
      market.channels[index].kind = .response(response)
    }
    return market
  }
}

extension Market {
  /// The market with the curves of some draws of it, which plans of campaigns then weigh by what they see.
  ///
  /// Their tables of values grow with ticks, channels and curves (`CurveSet`): of very many draws every so manieth is taken.
  package func weighing(_ draws: PosteriorDraws) -> Market {
    let most = max(1, min(CurveSet.mostCurves(ticks: ticks) / channels.count, ResponseChannel.mostCurves))
    let step = (draws.count - 1) / most + 1
    var market = self
    for (index, channel) in channels.enumerated() {
      guard case .response(var response) = channel.kind else { continue }
      response.curves = stride(from: 0, to: draws.count, by: step).map { draw in
        let drawn = draws.draws[draw][index]
        return ResponseCurve(adstock: drawn.adstock, saturation: drawn.saturation)
      }
      market.channels[index].kind = .response(response)
    }
    return market
  }

  /// Whether the curve of a channel is known only as one of many.
  package var hasCurves: Bool {
    channels.contains {
      if case .response(let response) = $0.kind { !response.curves.isEmpty } else { false }
    }
  }
}
