import Foundation

/// Prints what was measured as a line of JSON.
func show(_ measured: [String: Double]) throws {
  print(String(decoding: try JSONEncoder().encode(measured), as: UTF8.self))
}
