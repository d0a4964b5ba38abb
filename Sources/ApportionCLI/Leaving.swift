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
    case FileError.missing: missingInput
    case is FileError: inputOutput
    case is PolicyFileError, is SafetensorsError, is PolicyError, is JSONError, is ONNXError, is NumPyError:
      badData
    case RepositoryError.missingModel, RepositoryError.missingVersion: missingInput
    case is RepositoryError: badData
    case let error as InputError:
      error.kind == .missingFile || error.kind == .unknownMarket ? missingInput : badData
    case is ConfigurationError: configuration
    case is CampaignError: badData
    case PolicyServerError.cannotListen: inputOutput
    case is PolicyServerError: badData
    case CampaignFileError.inUse: inputOutput
    case is CampaignFileError: badData
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
