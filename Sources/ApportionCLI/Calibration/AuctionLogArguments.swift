import Apportion
import ArgumentParser

/// How a log of auctions is read.
struct AuctionLogArguments: ParsableArguments {
  @Option(help: "The column of moments, as 2024-02-29 13:05:07 (default: timestamp, time, …).")
  var timestamp: String?

  @Option(help: "The column of channels (default: channel, campaign, …).")
  var channel: String?

  @Option(help: "The column of market prices (default: price, market_price, …).")
  var price: String?

  @Option(help: "The column of clicks, 0 or 1 (default: click, clicks, …).")
  var click: String?

  @Option(help: "The column of conversions, 0 or 1 (default: conversion, conversions, … where there is one).")
  var conversion: String?

  @Option(help: "Money per auction won and unit of price: 0.001 for prices per thousand.")
  var priceUnit = 1.0

  func validate() throws {
    guard priceUnit > 0, priceUnit.isFinite else {
      throw ValidationError("--price-unit takes a number above 0, not \(priceUnit).")
    }
  }

  /// Whether anything was said of a log.
  var isGiven: Bool {
    [timestamp, channel, price, click, conversion].contains { $0 != nil } || priceUnit != 1
  }

  var columns: LogColumns {
    LogColumns(timestamp: timestamp, channel: channel, price: price, click: click, conversion: conversion)
  }
}
