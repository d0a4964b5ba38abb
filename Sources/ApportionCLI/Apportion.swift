import ArgumentParser

@main
struct ApportionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apportion", abstract: "Decides the bid on every marketing channel under one budget.")
}
