import Documents
import Foundation
import Learning
import PolicyFormats
import Testing

@Suite struct ONNXModelTests {
  private static func model(hasPrior: Bool = true) -> ONNXModel {
    let policy = randomPolicy(hasPrior: hasPrior)
    return ONNXModel(policy, vectors: TestVectors(policy))
  }

  @Test(arguments: [true, false]) func readsBackWhatItWrote(hasPrior: Bool) throws {
    let model = Self.model(hasPrior: hasPrior)
    let files = model.serialized()
    #expect(files.data == nil)
    #expect(try ONNXModel(bytes: files.model) == model)
    #expect(model.serialized() == files)
    #expect(model.metadata["format"] == "apportion-policy/1")
    #expect(model.metadata["note"] == "größer, 🙂")
    #expect(Set(model.nodes.flatMap(\.outputs)).isSuperset(of: model.outputs.map(\.name)))
  }

  @Test func putsLargeWeightsBesideTheModel() throws {
    try withTemporaryFolder { folder in
      let model = Self.model()
      let path = folder + "/large.onnx"
      try model.write(to: path, messageLimit: 100)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "large.onnx", "large.onnx.data",
        ])
      #expect(try ONNXModel(contentsOf: path) == model)
      let data = try AtomicFile.read(path + ".data")
      try AtomicFile.write(Array(data.prefix(4096)), to: path + ".data")
      #expect(throws: InputError.self) { try ONNXModel(contentsOf: path) }
      try FileManager.default.removeItem(atPath: path + ".data")
      let first = model.initializers[0].name
      #expect(
        throws: InputError.tensor(
          first, "should have its bytes in 'large.onnx.data' beside the model, and has not")
      ) {
        try ONNXModel(contentsOf: path)
      }
    }
  }

  @Test func leavesItsFolderAlone() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/inner", withIntermediateDirectories: true)
      let files = Self.model().serialized(dataName: "../secret", messageLimit: 0)
      try AtomicFile.write(try #require(files.data), to: folder + "/secret")
      try AtomicFile.write(files.model, to: folder + "/inner/model.onnx")
      #expect(throws: InputError.self) { try ONNXModel(contentsOf: folder + "/inner/model.onnx") }
    }
  }

  /// Damaged files are refused or read, never a trap: every prefix, and 5,000 random changes of a byte.
  @Test func survivesDamage() throws {
    let whole = Self.model().serialized().model
    for length in 0..<whole.count {
      _ = try? ONNXModel(bytes: Array(whole[..<length]))
    }
    #expect(throws: InputError.damaged("is ONNX of IR version 0 and opset 0, where 8 and 17 are read")) {
      try ONNXModel(bytes: [])
    }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5000 {
      var damaged = whole
      damaged[Int.random(in: 0..<whole.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      _ = try? ONNXModel(bytes: damaged)
    }
  }
}
