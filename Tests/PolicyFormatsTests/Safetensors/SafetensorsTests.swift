import Documents
import Foundation
import LinearAlgebra
import PolicyFormats
import Testing

/// A file laid out by hand: a header's text and data bytes, with a length that can lie.
private func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  file(Array(header.utf8), data: data, length: length)
}

private func file(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  withUnsafeBytes(of: (length ?? UInt64(header.count)).littleEndian) { Array($0) } + header
    + [UInt8](repeating: 1, count: data)
}

/// A header with one entry.
private func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
  #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}

struct HostileFile: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let error: InputError

  init(_ name: String, _ bytes: [UInt8], tensor: String? = nil, _ problem: String) {
    testDescription = name
    self.bytes = bytes
    error = .damaged(problem, at: tensor.map { "tensor '\($0)'" })
  }

  static let all: [HostileFile] = [
    .init("empty file", [], "has 0 bytes, too few for the eight of the header's length"),
    .init(
      "seven bytes", [1, 0, 0, 0, 0, 0, 0],
      "has 7 bytes, too few for the eight of the header's length"),
    .init(
      "huge header", file("{}", length: 100_000_001),
      "claims a header of 100000001 bytes, more than the 100 MB of the format"),
    .init(
      "length of all ones", file("{}", length: .max),
      "claims a header of 18446744073709551615 bytes, more than the 100 MB of the format"),
    .init(
      "header cut short", file("{}", length: 99),
      "is cut short: its header claims 99 bytes and 2 are there"),
    .init("no header", file(""), "has no header that starts with '{', as safetensors files have"),
    .init(
      "space first", file(" {}"), "has no header that starts with '{', as safetensors files have"),
    .init("array", file("[]"), "has no header that starts with '{', as safetensors files have"),
    .init(
      "NUL padding", file("{}\0\0"), "pads its header with something other than spaces at byte 10"),
    .init(
      "newline padding", file("{}\n"), "pads its header with something other than spaces at byte 10"
    ),
    .init(
      "not UTF-8", file(Array(#"{"a"#.utf8) + [0xFF] + Array(#"":1}"#.utf8)),
      "has a header that is no strict JSON: the string at byte 1 of the text is not valid UTF-8"),
    .init(
      "overlong UTF-8", file(Array(#"{""#.utf8) + [0xC0, 0xAF] + Array(#"":1}"#.utf8)),
      "has a header that is no strict JSON: the string at byte 1 of the text is not valid UTF-8"),
    .init(
      "two objects", file("{}{}"),
      "has a header that is no strict JSON: byte 2 of the text should be the end"),
    .init(
      "comma at the end", file(#"{"a":1,}"#),
      "has a header that is no strict JSON: byte 7 of the text should be a key in quotes"),
    .init(
      "unclosed", file(#"{"a":[1"#),
      "has a header that is no strict JSON: byte 7 of the text should be ',' or ']'"),
    .init(
      "duplicate tensor",
      file("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("a", "U8", "[1]", "[0,1]") + "}", data: 1),
      "has a header that is no strict JSON: the key \"a\" stands twice in one object, at byte 53 again"),
    .init(
      "duplicate tensor by an escape",
      file(#"{"a":1,"\u0061":2}"#),
      "has a header that is no strict JSON: the key \"a\" stands twice in one object, at byte 7 again"),
    .init(
      "duplicate field", file(#"{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}"#, data: 1),
      "has a header that is no strict JSON: the key \"dtype\" stands twice in one object, at byte 19 again"
    ),
    .init(
      "deep JSON", file(#"{"a":"# + String(repeating: "[", count: 100_000) + "}"),
      "has a header that is no strict JSON: byte 12 of the text nests deeper than the 8 levels allowed"),
    .init(
      "metadata with a number", file(#"{"__metadata__":{"a":1}}"#),
      "has a __metadata__ that is no object of strings"),
    .init(
      "metadata as text", file(#"{"__metadata__":"a"}"#),
      "has a __metadata__ that is no object of strings"),
    .init(
      "entry as number", file(#"{"a":1}"#), tensor: "a", "is not an object"),
    .init(
      "no type", file(#"{"a":{"shape":[],"data_offsets":[0,0]}}"#),
      tensor: "a", "has no text under 'dtype'"),
    .init(
      "no shape", file(#"{"a":{"dtype":"U8","data_offsets":[0,0]}}"#),
      tensor: "a", "has no list under 'shape'"),
    .init(
      "an unknown field", file(#"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":0}}"#, data: 1),
      tensor: "a", "has the unknown key 'x'"),
    .init(
      "three offsets", file("{" + entry("a", "U8", "[1]", "[0,1,2]") + "}", data: 1),
      tensor: "a", "has no rising pair of byte offsets under 'data_offsets'"),
    .init(
      "falling offsets", file("{" + entry("a", "U8", "[1]", "[1,0]") + "}", data: 1),
      tensor: "a", "has no rising pair of byte offsets under 'data_offsets'"),
    .init(
      "negative offset", file("{" + entry("a", "U8", "[1]", "[-1,0]") + "}", data: 1),
      tensor: "a", "has no rising pair of byte offsets under 'data_offsets'"),
    .init(
      "unknown type", file("{" + entry("a", "F31", "[1]", "[0,4]") + "}", data: 4),
      tensor: "a", "has the unknown element type 'F31'"),
    .init(
      "negative dimension", file("{" + entry("a", "U8", "[-1]", "[0,1]") + "}", data: 1),
      tensor: "a", "has a dimension that is no non-negative whole number"),
    .init(
      "fractional dimension", file("{" + entry("a", "U8", "[1.0]", "[0,1]") + "}", data: 1),
      tensor: "a", "has a dimension that is no non-negative whole number"),
    .init(
      "exponent dimension", file("{" + entry("a", "U8", "[1e0]", "[0,1]") + "}", data: 1),
      tensor: "a", "has a dimension that is no non-negative whole number"),
    .init(
      "dimension beyond 64 bits",
      file("{" + entry("a", "U8", "[18446744073709551616]", "[0,1]") + "}", data: 1),
      tensor: "a", "has a dimension that is no non-negative whole number"),
    .init(
      "overflowing shape", file("{" + entry("a", "F32", "[4294967296,4294967296]", "[0,0]") + "}"),
      tensor: "a", "has a shape of more elements than any file holds"),
    .init(
      "half a byte", file("{" + entry("a", "F4", "[3]", "[0,1]") + "}", data: 1),
      tensor: "a", "ends within a byte"),
    .init(
      "too few bytes", file("{" + entry("a", "F32", "[2]", "[0,4]") + "}", data: 4),
      tensor: "a", "needs 8 bytes by its type and shape and is given 4"),
    .init(
      "overlap",
      file("{" + entry("a", "U8", "[2]", "[0,2]") + "," + entry("b", "U8", "[2]", "[1,3]") + "}", data: 3),
      tensor: "b", "shares bytes with another"),
    .init(
      "two tensors on one range",
      file("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[0,1]") + "}", data: 1),
      tensor: "b", "shares bytes with another"),
    .init(
      "hole",
      file("{" + entry("a", "U8", "[1]", "[0,1]") + "," + entry("b", "U8", "[1]", "[2,3]") + "}", data: 3),
      tensor: "b", "stands behind bytes that belong to none"),
    .init(
      "hole at the start", file("{" + entry("a", "U8", "[1]", "[1,2]") + "}", data: 2),
      tensor: "a", "stands behind bytes that belong to none"),
    .init(
      "data cut short", file("{" + entry("a", "U8", "[4]", "[0,4]") + "}", data: 3),
      "is cut short: its tensors claim 4 bytes and 3 are there"),
    .init(
      "trailing bytes", file("{" + entry("a", "U8", "[1]", "[0,1]") + "}", data: 3),
      "has 2 bytes behind the last tensor"),
    .init("bytes without tensors", file("{}", data: 1), "has 1 bytes behind the last tensor"),
  ]
}

@Suite struct SafetensorsTests {
  @Test(arguments: HostileFile.all) func refusesWhatTheFormatForbids(hostile: HostileFile) {
    #expect(throws: hostile.error) { try Safetensors(bytes: hostile.bytes) }
    #expect(hostile.error.description.contains("; "))
    #expect(!hostile.error.description.contains("\n"))
  }

  @Test func acceptsTheSmallestFiles() throws {
    #expect(try Safetensors(bytes: file("{}")) == Safetensors())
    #expect(try Safetensors(bytes: file("{}      ")) == Safetensors())
    #expect(try Safetensors(bytes: file("{ \"__metadata__\" :\n{} }")) == Safetensors())
    let scalar = try Safetensors(bytes: file("{" + entry("a", "U8", "[]", "[0,1]") + "}", data: 1))
    #expect(scalar.tensors == [.init(name: "a", type: .u8, shape: [], bytes: [1])])
    let empty = try Safetensors(
      bytes: file(
        "{" + entry("b", "U8", "[1]", "[0,1]") + "," + entry("a", "F32", "[0]", "[0,0]") + "}", data: 1))
    #expect(empty.tensors.map(\.name) == ["a", "b"])
    let packed = try Safetensors(
      bytes: file(
        "{" + entry("a", "F4", "[2,3]", "[0,3]") + "," + entry("b", "F6_E2M3", "[4]", "[3,6]") + "}", data: 6)
    )
    #expect(packed.tensors.map(\.type) == [.f4, .f6E2M3])
  }

  @Test func writesWhatItReads() throws {
    let original = Safetensors(
      metadata: ["b": "line\nbreak \"quote\" \\ \u{1}", "a": "Ω🙂"],
      tensors: [
        .init(
          name: "first", shape: [2, 3], floats: [1, -0.0, .infinity, 0x1p-140, .pi, .leastNonzeroMagnitude]),
        .init(name: "bytes", type: .u8, shape: [3], bytes: [1, 2, 3]),
        .init(name: "none", shape: [0, 7], floats: []),
        .init(name: "odd \"name\"/ü", shape: [], floats: [2.5]),
      ])
    let bytes = original.serialized()
    #expect(try Safetensors(bytes: bytes) == original)
    #expect(bytes == original.serialized())
    #expect(bytes[0] % 8 == 0)
  }

  @Test func readsTheReferenceLibrarysFile() throws {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/reference.safetensors").path()
    let file = try Safetensors(contentsOf: golden)
    #expect(file.metadata == ["größe": "Ω \"quoted\"\n", "step": "12"])
    #expect(Set(file.tensors.map(\.name)).count == 7)
    let weight = try file.tensor("trunk.0.weight")
    #expect(weight.shape == [3, 4])
    #expect(try weight.floats() == (0..<12).map { (Float($0) - 5.5) / 3 })
    let bias = try file.tensor("trunk.0.bias").floats()
    #expect(bias.map(\.bitPattern) == [Float(0), -0.0, Float("1e-40") ?? 0].map(\.bitPattern))
    #expect(try file.tensor("half").floats() == [1, -2.5, 65504, 0x1p-24, .infinity])
    #expect(try file.tensor("double").floats() == [0.1, -.infinity])
    #expect(
      try file.tensor("count")
        == .init(name: "count", type: .i64, shape: [], bytes: [7, 0, 0, 0, 0, 0, 0, 0]))
    #expect(try file.tensor("empty").shape == [0, 5])
    #expect(throws: InputError.tensor("mask", "holds BOOL and no floating-point numbers")) {
      try file.tensor("mask").floats()
    }
    #expect(throws: InputError.tensor("x", "is missing")) { try file.tensor("x") }
  }

  /// Damaged files are refused or read, never a trap: every prefix, and 20,000 random changes of a byte.
  @Test func survivesDamage() {
    let whole = Safetensors(
      metadata: ["a": "b"],
      tensors: [
        .init(name: "x", shape: [2, 2], floats: [1, 2, 3, 4]), .init(name: "y", shape: [1], floats: [5]),
      ]
    ).serialized()
    for length in 0..<whole.count {
      #expect(throws: InputError.self) { try Safetensors(bytes: Array(whole[..<length])) }
    }
    var stream = RandomStream(seed: 3, purpose: .test)
    for _ in 0..<20_000 {
      var damaged = whole
      damaged[Int.random(in: 0..<whole.count, using: &stream)] = UInt8.random(in: 0...255, using: &stream)
      if let file = try? Safetensors(bytes: damaged) {
        #expect(file.tensors.map(\.bytes.count).reduce(0, +) == 20)
      }
    }
  }

  @Test func readsHalvesExactly() throws {
    for bits in UInt16.min ... .max where bits & 0x7C00 != 0x7C00 {
      let tensor = withUnsafeBytes(of: bits.littleEndian) {
        Safetensors.Tensor(name: "h", type: .f16, shape: [1], bytes: Array($0))
      }
      let fraction = Double(bits & 0x3FF)
      let exponent = Int(bits >> 10 & 0x1F)
      let magnitude = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * pow(2, Double(exponent - 25))
      #expect(try tensor.floats() == [Float(bits >> 15 == 0 ? magnitude : -magnitude)])
    }
  }
}
