import Apportion
import ArgumentParser

/// How a table is to be read, where it does not tell by itself.
struct TableArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("The decimal sign, '.' or ',' (default: as the columns tell).", valueName: "sign"))
  var decimal: String?

  @Option(
    help: ArgumentHelp(
      "What stands between thousands: '.', ',', \"'\" or space (default: as the columns tell).",
      valueName: "sign"))
  var thousands: String?

  @Option(help: "The number that cells without content stand for.")
  var blank: Double?

  @Option(help: "The currency of the money, as EUR (default: as the table tells).")
  var currency: String?

  func validate() throws {
    if let decimal {
      guard [".", ","].contains(decimal) else {
        throw ValidationError("--decimal takes '.' or ',', not '\(decimal)'.")
      }
      guard decimal != thousands else {
        throw ValidationError("--decimal and --thousands take different signs, not both '\(decimal)'.")
      }
    }
    if let thousands, ![".", ",", "'", " ", "space"].contains(thousands) {
      throw ValidationError("--thousands takes '.', ',', \"'\" or space, not '\(thousands)'.")
    }
    guard blank?.isFinite ?? true else { throw ValidationError("--blank takes a finite number.") }
    guard currency.map({ !$0.isEmpty && $0.count <= 12 }) ?? true else {
      throw ValidationError("--currency takes a code such as EUR.")
    }
  }

  var reading: TableReading {
    TableReading(
      decimal: decimal?.first, thousands: thousands == "space" ? " " : thousands?.first, blank: blank)
  }
}
