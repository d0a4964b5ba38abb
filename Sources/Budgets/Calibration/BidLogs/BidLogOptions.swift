import Documents

/// How a market is calibrated from a log of auctions.
package struct BidLogOptions: Sendable, Equatable {
  /// The number of ticks in a day, which is an episode.
  package var ticks = 48
  /// Money per auction won and unit of the price column: 0.001 where that holds prices per thousand.
  package var priceUnit = 1.0
  /// The number of bid levels, level 0, which is off, included.
  package var levels = 16
  /// What a winner pays.
  package var pricing = AuctionChannel.Pricing.secondPrice
  /// Money per day; nil for a tenth of what winning every auction of a day costs.
  package var budget: Double?

  /// How the log's cells are to be read, where its owner says so.
  package var reading = TableReading()
  /// The currency of the prices; nil leaves it to the log.
  package var currency: String?

  /// The standard way.
  package init() {}
}
