import Documents
import Foundation
import Testing

@Suite struct AtomicFileTests {
  /// A folder of the test's own, gone when the test ends.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "atomic-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func writesAndReads() throws {
    try withFolder { folder in
      let path = folder + "/file"
      for content: [UInt8] in [[], [1, 2, 3], Array(repeating: 7, count: 3_000_000)] {
        try AtomicFile.write(content, to: path)
        #expect(try AtomicFile.read(path) == content)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
  }

  @Test func keepsModeAndFollowsLinks() throws {
    try withFolder { folder in
      try AtomicFile.write("old", to: folder + "/target")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/target")
      try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "target")
      try AtomicFile.write("new", to: folder + "/link")
      #expect(try AtomicFile.read(folder + "/target") == Array("new".utf8))
      let mode =
        try FileManager.default.attributesOfItem(atPath: folder + "/target")[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func refusesWithoutATrace() throws {
    try withFolder { folder in
      #expect(throws: InputError.self) { try AtomicFile.write("x", to: folder + "/none/file") }
      #expect(throws: InputError.self) { try AtomicFile.write("x", to: folder) }
      #expect(throws: InputError.self) { try AtomicFile.write("x", to: "/dev/null") }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == [])
      #expect(throws: InputError.missing(path: folder + "/none")) { try AtomicFile.read(folder + "/none") }
      #expect(throws: InputError.unreadable(path: folder, reason: "it is not a regular file")) {
        try AtomicFile.read(folder)
      }
      #expect(throws: InputError.unreadable(path: "/dev/zero", reason: "it is not a regular file")) {
        try AtomicFile.read("/dev/zero")
      }
    }
  }
}
