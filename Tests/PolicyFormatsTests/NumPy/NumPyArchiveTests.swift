import Documents
import Learning
import PolicyFormats
import Testing

@Suite struct NumPyArchiveTests {
  private static var file: Safetensors {
    var file = Safetensors(metadata: ["a": "line\n\"quoted\"", "ü": "🙂"])
    file.tensors = [
      .init(name: "matrix", shape: [2, 3], floats: [1, -0.0, .infinity, 0x1p-140, .pi, 2]),
      .init(name: "scalar", shape: [], floats: [7]), .init(name: "none", shape: [0, 4], floats: []),
      .init(name: "deep.name/ü", type: .u8, shape: [3], bytes: [1, 2, 3]),
    ]
    return file
  }

  @Test func readsBackWhatItWrote() throws {
    let bytes = try NumPyArchive.serialized(Self.file)
    #expect(try NumPyArchive.read(bytes) == Self.file)
    #expect(try NumPyArchive.serialized(Self.file) == bytes)
    let policy = randomPolicy()
    #expect(try Policy(NumPyArchive.read(NumPyArchive.serialized(policy.safetensors))) == policy)
  }

  @Test func refusesWhatNumPyLacks() {
    let odd = Safetensors(tensors: [.init(name: "x", type: .bf16, shape: [1], bytes: [0, 0])])
    #expect(throws: InputError.tensor("x", "is of type BF16, which NumPy lacks")) {
      try NumPyArchive.serialized(odd)
    }
  }

  /// Every prefix that cuts an array is refused, and so is every changed byte of one.
  @Test func refusesDamage() throws {
    let bytes = try NumPyArchive.serialized(Self.file)
    let directory = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 0x01, 0x02]) })
    for length in 0..<directory + 4 {
      #expect(throws: InputError.self) { try NumPyArchive.read(Array(bytes[..<length])) }
    }
    for place in 0..<directory {
      var damaged = bytes
      damaged[place] ^= 0x10
      if let file = try? NumPyArchive.read(damaged) {
        // Version, flags and times are nobody's loss; names are.
        #expect(file.tensors.map(\.bytes) == Self.file.tensors.map(\.bytes))
      }
    }
  }
}
