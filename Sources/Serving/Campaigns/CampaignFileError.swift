/// Why a file of campaigns cannot be used.
public enum CampaignFileError: Error, Equatable, CustomStringConvertible {
  /// It cannot be opened, or is no file of campaigns.
  case unusable(path: String, reason: String)
  /// A newer version wrote it.
  case newer(path: String)
  /// Another process keeps its campaigns there.
  case inUse(path: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .unusable(let path, let reason): "\(path): cannot be used for campaigns: \(reason)."
    case .newer(let path): "\(path): a newer version of apportion wrote this file: use that one."
    case .inUse(let path): "\(path): another process keeps its campaigns here: end it, or name another file."
    }
  }
}
