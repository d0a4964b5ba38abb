import Apportion
import ArgumentParser
import Documents
import Foundation
import Runs
import Serving

/// The exit statuses of sysexits.h that the command line uses.
enum ExitStatus {
  static let usage: Int32 = 64
  static let badData: Int32 = 65
  static let missingInput: Int32 = 66
  static let internalFault: Int32 = 70
  static let inputOutput: Int32 = 74
  static let configuration: Int32 = 78

  /// The status that an error of the library ends the process with.
  static func of(_ error: any Error) -> Int32 {
    switch error {
    case let error as InputError:
      switch error.kind {
      case .missing: missingInput
      case .inputOutput: inputOutput
      case .malformed, .unknownKey, .invalid: badData
      case .configuration: configuration
      }
    case is CampaignError, is JSONError: badData
    default: internalFault
    }
  }
}

extension ApportionCommand {
  /// Ends the process with what an error has to say: help on stdout, anything else as one line on stderr.
  static func leave(with error: any Error) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    switch exitCode(for: error) {
    case .success: exit(withError: error)
    case .validationFailure:
      let message = message(for: error).split(separator: "\n").joined(separator: " ")
      fail("\(message) (`apportion --help` lists what there is)", ExitStatus.usage)
    default: fail("\(error)", ExitStatus.of(error))
    }
  }

  private static func fail(_ message: String, _ status: Int32) -> Never {
    standardError("apportion: " + message.split(separator: "\n").joined(separator: " ") + "\n")
    Foundation.exit(status)
  }
}
