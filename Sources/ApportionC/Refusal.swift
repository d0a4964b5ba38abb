import Budgets
import CApportion

/// Why a call is refused.
struct Refusal: Error {
  let status: Int
  let sentence: String

  init(_ status: Int, _ sentence: String) {
    self.status = status
    self.sentence = sentence
  }

  static func null(_ argument: String) -> Refusal {
    Refusal(APPORTION_INVALID, "\(argument): is NULL; give it memory.")
  }

  init(_ cause: any Error) {
    switch cause {
    case let refusal as Refusal: self = refusal
    case let cause as CampaignError:
      let status =
        switch cause.kind {
        case .impossible: APPORTION_INVALID
        case .outOfTurn: APPORTION_OUT_OF_TURN
        case .unfit: APPORTION_UNFIT
        }
      self.init(status, "\(cause)")
    default: self.init(APPORTION_INVALID, "\(cause)")
    }
  }

  /// Writes the sentence for the caller, cut where it is longer than there is room for, but never within a character.
  func write(to memory: UnsafeMutablePointer<CChar>?, _ size: Int) {
    guard let memory, size > 0 else { return }
    var text = sentence[...]
    while text.utf8.count >= size { text.removeLast() }
    for (index, byte) in text.utf8.enumerated() { memory[index] = CChar(bitPattern: byte) }
    memory[text.utf8.count] = 0
  }
}

/// Does what a call asks for; a refusal becomes its status, and a sentence in `memory`.
func answering(
  _ memory: UnsafeMutablePointer<CChar>?, _ size: Int, _ body: () throws -> Void
) -> apportion_status {
  do {
    try body()
    return apportion_status(APPORTION_OK)
  } catch {
    let refusal = Refusal(error)
    refusal.write(to: memory, size)
    return apportion_status(refusal.status)
  }
}
