import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT (Ctrl-C) and SIGTERM into a wish to stop that a loop can read between two steps.
///
/// The first signal asks; a second one ends the process at once, for whoever will not wait.
public final class StopRequest: @unchecked Sendable {
  private let received = Atomic<Int32>(0)
  private let sources: [any DispatchSourceSignal]

  /// Starts listening; from here on these signals no longer end the process by themselves.
  public init() {
    let queue = DispatchQueue(label: "stop request")
    var sources: [any DispatchSourceSignal] = []
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      sources.append(DispatchSource.makeSignalSource(signal: number, queue: queue))
    }
    self.sources = sources
    for (source, number) in zip(sources, [SIGINT, SIGTERM]) {
      source.setEventHandler { [weak self] in
        guard let self else { return }
        let (isFirst, _) = self.received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if !isFirst { exit(128 + number) }
      }
      source.resume()
    }
  }

  deinit {
    for source in sources { source.cancel() }
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }

  /// The signal that asked to stop; nil while none has.
  package var signalNumber: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Whether to stop.
  public var isStopping: Bool { signalNumber != nil }

  /// The exit status of a process that a signal stopped cleanly, by the shells' convention 128 + number; nil while none
  /// has come.
  package var exitStatus: Int32? { signalNumber.map { 128 + $0 } }
}
