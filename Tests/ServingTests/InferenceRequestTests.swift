import Foundation
import LinearAlgebra
import PolicyFormats
import Serving
import Testing

@Suite struct InferenceRequestTests {
  /// What the test server's model reads and writes.
  private func manifest() throws -> ModelManifest {
    let folder = temporaryPath("repository")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try ModelRepository(folder).publish(randomPolicy(seed: 1), name: "m")
  }

  private func read(
    _ body: [UInt8], _ manifest: ModelManifest, headerLength: Int? = nil
  ) throws(ServingError) -> InferenceRequest {
    try body.withUnsafeBytes { bytes in
      Result { () throws(ServingError) in
        try InferenceRequest(bytes, headerLength: headerLength, manifest: manifest, rowLimit: 8)
      }
    }.get()
  }

  /// JSON, nested or flat, and raw bytes mean the same, in any order of keys.
  @Test func readsEverySpelling() throws {
    let manifest = try manifest()
    let numbers: [Float] = [1, -2.5, 3e-7, 0, 1e30, -0.1]
    let spellings = [
      #"{"inputs":[{"name":"observation","datatype":"FP32","shape":[1,6],"data":[1,-2.5,3e-7,0,1e30,-0.1]}]}"#,
      #"{"inputs":[{"data":[[1.0,-2.50,0.0000003],[0,1E+30,-1e-1]],"shape":[6],"datatype":"FP32","name":"observation"}]}"#,
      #" {"x":{"y":[null,"z"]}, "inputs" : [ {"name":"observation","datatype":"FP32","shape":[1,6],"data":[[1,-2.5,3e-7,0,1e30,-0.1]]}]}"#,
    ]
    for spelling in spellings { #expect(try read(Array(spelling.utf8), manifest).observations == numbers) }
    let head =
      #"{"inputs":[{"name":"observation","datatype":"FP32","shape":[1,6],"parameters":{"binary_data_size":24}}],"#
      + #""outputs":[{"name":"q"}],"parameters":{"binary_data_output":true}}"#
    let raw = numbers.withUnsafeBytes { Array($0) }
    let request = try read(Array(head.utf8) + raw, manifest, headerLength: head.utf8.count)
    #expect(request.observations == numbers)
    #expect(request.rows == 1 && request.mask == nil && request.budgets == nil)
    #expect(request.outputs.map(\.output) == [.q] && request.outputs.map(\.isBinary) == [true])
    #expect(throws: ServingError.self) {
      try read(Array(head.utf8) + raw + [0], manifest, headerLength: head.utf8.count)
    }
    #expect(throws: ServingError.self) {
      try read(Array(head.utf8) + raw.dropLast(), manifest, headerLength: head.utf8.count)
    }
  }

  @Test func refusesMoreRowsThanABatch() throws {
    let manifest = try manifest()
    func body(_ rows: Int) -> [UInt8] {
      let data = [Float](repeating: 0, count: rows * 6)
      return Array(
        #"{"inputs":[{"name":"observation","datatype":"FP32","shape":[\#(rows),6],"data":\#(data)}]}"#.utf8)
    }
    #expect(try read(body(8), manifest).rows == 8)
    #expect(throws: ServingError.self) { try read(body(9), manifest) }
  }

  /// Random changes of requests: each is refused with status 400 or read whole, never a trap.
  ///
  /// `APPORTION_FUZZ=10000000 scripts/test --filter mutatedRequests` makes as many instead of the few of a test run.
  @Test func mutatedRequestsAreRefusedOrRead() throws {
    let count = ProcessInfo.processInfo.environment["APPORTION_FUZZ"].flatMap { Int($0) } ?? 50_000
    let manifest = try manifest()
    let corpus = [
      #"{"id":"7","inputs":[{"name":"observation","datatype":"FP32","shape":[1,6],"data":[1,2,3,4.5e-3,5,6]},"#
        + #"{"name":"mask","datatype":"BOOL","shape":[1,5],"data":[true,1,false,0,true]}],"outputs":[{"name":"action"}]}"#,
      #"{"inputs":[{"name":"observation","datatype":"FP32","shape":[1,6],"parameters":{"binary_data_size":24}},"#
        + #"{"name":"budget","datatype":"FP32","shape":[1],"data":[3]},{"name":"cost","datatype":"FP32","shape":[1,5],"#
        + #""data":[[0,1,2,0,4]]}],"parameters":{"binary_data_output":true}}"#,
    ].map { Array($0.utf8) }
    let words = [
      "{", "}", "[", "]", ",", ":", "\"", "-1", "1e9", "9223372036854775808", "null", "true", "\\ud800",
    ]
    var stream = RandomStream(seed: 8, purpose: .test)
    var (accepted, halfRead, wrongStatus) = (0, 0, 0)
    for _ in 0..<count {
      var bytes = corpus[Int.random(in: 0..<2, using: &stream)]
      let isBinary = bytes == corpus[1]
      for _ in 0...Int.random(in: 0..<3, using: &stream) {
        let place = Int.random(in: 0..<bytes.count, using: &stream)
        switch Int.random(in: 0..<4, using: &stream) {
        case 0:
          bytes.insert(contentsOf: words[Int.random(in: 0..<words.count, using: &stream)].utf8, at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &stream)))
        case 2: bytes[place] = UInt8.random(in: 0...255, using: &stream)
        default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      let length = bytes.count
      if isBinary { bytes += [UInt8](repeating: 7, count: 24) }
      let outcome = Result { () throws(ServingError) in
        try read(bytes, manifest, headerLength: isBinary ? length : nil)
      }
      switch outcome {
      case .success(let request):
        accepted += 1
        let isWhole =
          request.observations.count == request.rows * 6 && request.observations.allSatisfy { $0.isFinite }
          && (request.mask?.count ?? request.rows * 5) == request.rows * 5
        if !isWhole { halfRead += 1 }
      case .failure(let error): if error.status != 400 { wrongStatus += 1 }
      }
    }
    #expect(halfRead == 0)
    #expect(wrongStatus == 0)
    #expect(accepted > 100)
  }
}
