import Budgets
import CApportion
import LinearAlgebra
import Runs
import Synchronization

/// What an `apportion_campaign` points to.
final class CampaignHandle: Sendable {
  let campaign: Mutex<Campaign>
  /// The channels' names, each ending in 0, and where each begins.
  let names: Buffer<CChar>
  let starts: [Int]

  init(path: String, budget: Double?) throws {
    let campaign = try Campaign(try CampaignModel(opening: path), budget: budget)
    let names = campaign.model.market.channels.map { Array($0.name.utf8CString) }
    starts = names.indices.map { names[..<$0].reduce(0) { $0 + $1.count } }
    self.names = Buffer(names.flatMap { $0 })
    self.campaign = Mutex(campaign)
  }

  /// The campaign behind a pointer that a caller holds.
  static func at(_ pointer: OpaquePointer?) throws(Refusal) -> CampaignHandle {
    guard let pointer else { throw .null("campaign") }
    return Unmanaged<CampaignHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  var channelCount: Int { starts.count }

  /// A caller's array, which must have one element for each channel.
  func perChannel<Pointer>(_ pointer: Pointer?, _ count: Int, _ name: String) throws(Refusal) -> Pointer {
    guard let pointer else { throw .null(name) }
    guard count == channelCount else {
      throw Refusal(
        APPORTION_INVALID, "\(name): holds \(count) of \(channelCount) channels; give one for each channel.")
    }
    return pointer
  }
}

extension CampaignDecision.Flag {
  /// The flag in the C interface.
  var bit: UInt32 {
    let bit =
      switch self {
      case .notFinite: APPORTION_NOT_FINITE
      case .farFromTraining: APPORTION_FAR_FROM_TRAINING
      case .limitedByMoney: APPORTION_LIMITED_BY_MONEY
      case .paused: APPORTION_PAUSED
      case .overspent: APPORTION_OVERSPENT
      }
    return UInt32(bit)
  }
}
