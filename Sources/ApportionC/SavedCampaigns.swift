// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

import Budgets
import CApportion
import Documents
import Foundation

// A saved campaign is its state in JSON behind the SHA-256 of that, so that a damaged one is told from a whole one.

private let digestLength = 64

@c @implementation public func apportion_campaign_save(
  _ campaign: OpaquePointer?, _ bytes: UnsafeMutableRawPointer?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    let handle = try CampaignHandle.at(campaign)
    guard let count else { throw Refusal.null("count") }
    guard bytes != nil || capacity == 0 else { throw Refusal.null("bytes") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let state = Array(try encoder.encode(handle.campaign.withLock { $0.state }))
    let saved = Array(sha256(of: state).utf8) + state
    count.pointee = saved.count
    guard let bytes, capacity >= saved.count else {
      throw Refusal(
        APPORTION_TOO_SMALL,
        "bytes: has room for \(capacity) of \(saved.count); give as many as the count says.")
    }
    bytes.copyMemory(from: saved, byteCount: saved.count)
  }
}

@c @implementation public func apportion_campaign_load(
  _ campaign: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ count: Int,
  _ error: UnsafeMutablePointer<CChar>?, _ errorSize: Int
) -> apportion_status {
  answering(error, errorSize) {
    let handle = try CampaignHandle.at(campaign)
    guard let bytes else { throw Refusal.null("bytes") }
    guard count > digestLength else {
      throw Refusal(APPORTION_UNFIT, "bytes: \(count) are no saved campaign; give all that was saved.")
    }
    let saved = UnsafeRawBufferPointer(start: bytes, count: count)
    let state = Array(saved.dropFirst(digestLength))
    guard Array(sha256(of: state).utf8) == Array(saved.prefix(digestLength)) else {
      throw Refusal(APPORTION_UNFIT, "bytes: are damaged; give what was saved, unchanged.")
    }
    let read: CampaignState
    do { read = try JSONDecoder().decode(CampaignState.self, from: Data(state)) } catch {
      throw Refusal(
        APPORTION_UNFIT, "bytes: are of another version of Apportion; go on with the one that saved them.")
    }
    try handle.campaign.withLock { $0 = try Campaign($0.model, state: read) }
  }
}
