extension MarketEvaluation {
  /// What the consoles of a strategy's campaigns show, by episode and tick: its own held-out episodes, on the luck of all
  /// others.
  public func record(_ entry: Entry) -> [[TickResults]] {
    mapBlocks { block in
      let simulation = simulation(of: block)
      var episodes = block.map { _ in [TickResults]() }
      _ = withLevels(block.count) { levels in
        entry.make().playEpisode(simulation, levels: levels) { simulation in
          for lane in episodes.indices { episodes[lane].append(simulation.results(lane: lane)) }
        }
      }
      return episodes
    }.flatMap { $0 }
  }
}

extension MarketSimulation {
  /// What the console of a lane shows of the tick just played.
  package func results(lane: Int) -> TickResults {
    TickResults(
      tick: tick - 1,
      channels: market.channels.enumerated().map { index, channel in
        func value(_ field: Field) -> Double { Double(values(field, index)[lane]) }
        return TickResults.Channel(
          bid: channel.money(level: Int(value(.level))), wins: value(.wins), spend: value(.spend),
          clicks: value(.clicks), conversions: Double(console.values(.outcome, index)[lane]))
      })
  }
}
