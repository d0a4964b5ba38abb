import Documents

/// Which columns of a log of auctions are what; nil for the first that has a usual name.
package struct LogColumns: Sendable, Equatable {
  /// When the auction was.
  package var timestamp: String?
  /// Which channel or campaign it belongs to.
  package var channel: String?
  /// The market price: what winning took.
  package var price: String?
  /// Whether the ad was clicked, 0 or 1.
  package var click: String?
  /// Whether the click led to a conversion, 0 or 1.
  package var conversion: String?
  /// When the conversion was reported; empty where there was none.
  package var conversionTime: String?
  /// What winning is worth when play on the log is judged, as a predicted rate; nil for the conversion.
  package var worth: String?

  /// Names columns.
  package init(
    timestamp: String? = nil, channel: String? = nil, price: String? = nil, click: String? = nil,
    conversion: String? = nil, conversionTime: String? = nil, worth: String? = nil
  ) {
    self.timestamp = timestamp
    self.channel = channel
    self.price = price
    self.click = click
    self.conversion = conversion
    self.conversionTime = conversionTime
    self.worth = worth
  }

  /// The places of the columns in a table.
  struct Places {
    let timestamp: Int
    let channel: Int
    let price: Int
    let click: Int
    /// nil where clicks are all that the log tells.
    let conversion: Int?
    /// nil where nothing is said of delays.
    let conversionTime: Int?
    /// nil where conversions count.
    let worth: Int?
  }

  /// Finds the columns.
  ///
  /// - Throws: `InputError` that names the column that is not there and the option that names it.
  func places(in table: CSVTable) throws(InputError) -> Places {
    let known = table.header.map { $0.lowercased() }
    func find(_ name: String?, _ usual: [String]) throws(InputError) -> Int? {
      guard let name else { return usual.lazy.compactMap { known.firstIndex(of: $0) }.first }
      guard let place = table.column(name) else { throw table.missing(column: name) }
      return place
    }
    func require(_ name: String?, _ option: String, _ usual: [String]) throws(InputError) -> Int {
      guard let place = try find(name, [option] + usual) else {
        throw InputError(
          .invalid, file: table.path, line: 1, key: option, problem: "is no column",
          remedy: "name it by --\(option): there are \(table.header.prefix(12).joined(separator: ", "))")
      }
      return place
    }
    return Places(
      timestamp: try require(timestamp, "timestamp", ["time", "datetime", "date_time", "ts"]),
      channel: try require(
        channel, "channel", ["campaign", "campaign_id", "channel_id", "advertiser", "line_item", "source"]),
      price: try require(
        price, "price",
        ["market_price", "paying_price", "payprice", "pay_price", "clearing_price", "win_price", "cost"]),
      click: try require(click, "click", ["clicks", "clicked", "is_click", "clk"]),
      conversion: try find(
        conversion, ["conversion", "conversions", "converted", "is_conversion", "conv", "action"]),
      conversionTime: try find(
        conversionTime, ["conversion_time", "conversion_timestamp", "conversion_at", "converted_at"]),
      worth: try find(worth, []))
  }
}
