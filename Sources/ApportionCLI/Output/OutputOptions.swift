import Applications
import ArgumentParser
import Documents

/// What every command takes.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document on stdout and everything else on stderr.")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  /// Prints a result.
  func show(_ result: any Document) { show(result.json, text: result.text) }

  /// Prints a result: as JSON where that is asked for, as text for people otherwise.
  func show(_ document: JSONValue, text: @autoclosure () -> String) {
    print(json ? document.text(indented: true) : text(), terminator: json ? "\n" : "")
  }
}
