import Apportion

/// The nine campaigns over and over until there are `channels`, each with a ladder of `bids` from 0 to 250.
public func sizedMarket(channels: Int, bids: Int) throws -> Market {
  var market = try Market.bundled("nine-campaigns")
  let campaigns = market.channels
  market.channels = (0..<channels).map { index in
    let campaign = campaigns[index % campaigns.count]
    guard case .auction(var auction) = campaign.kind else { return campaign }
    auction.bids = (0..<bids).map { 250 * Double($0) / Double(bids - 1) }
    return MediaChannel(name: "\(campaign.name)-\(index)", kind: .auction(auction))
  }
  return market
}
