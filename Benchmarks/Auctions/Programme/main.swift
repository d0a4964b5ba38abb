import Apportion
import Foundation

let usage = """
  usage: auctions replay HISTORY LOG [REFERENCE.json]   strategies by the published protocol, and speed
         auctions clicks IMPRESSIONS CLICKS FOLDER      click models of a raw log; rows and rates to a folder
         auctions creatives CAMPAIGN.yaml [EPISODES]    bid and creative together beside the bid alone

  """

let arguments = Array(CommandLine.arguments.dropFirst())
do {
  switch (arguments.first, arguments.count) {
  case ("replay", 3...4): try replay(Array(arguments.dropFirst()))
  case ("clicks", 4): try clickModels(impressions: arguments[1], clicks: arguments[2], folder: arguments[3])
  case ("creatives", 2...3):
    try creatives(arguments[1], episodes: arguments.count > 2 ? Int(arguments[2]) ?? 0 : 400)
  default:
    FileHandle.standardError.write(Data(usage.utf8))
    exit(64)
  }
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(65)
}
