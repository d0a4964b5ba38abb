import Documents

/// Named tensors in one binary file, in the public safetensors format: eight bytes of header length (little-endian),
/// a JSON header, and the elements, row-major and little-endian.
///
/// ```swift
/// var file = Safetensors(metadata: ["step": "2000000"])
/// file.tensors.append(.init(name: "trunk.0.weight", shape: [256, 64], floats: weights))
/// try file.write(to: "policy.safetensors")
/// ```
///
/// The format is described at <https://github.com/huggingface/safetensors#format>.
public struct Safetensors: Sendable, Equatable {
  /// The longest header the format allows, in bytes.
  package static let headerLimit = 100_000_000

  /// Free text by key.
  package var metadata: [String: String]
  /// The tensors, in the order of their bytes.
  package var tensors: [Tensor]

  /// Gathers the content of a file.
  package init(metadata: [String: String] = [:], tensors: [Tensor] = []) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// One named tensor.
  package struct Tensor: Sendable, Equatable {
    /// The name, unique in its file.
    package let name: String
    /// The element type.
    package let type: ElementType
    /// The length of each dimension; empty for a scalar.
    package let shape: [Int]
    /// The elements, row-major and little-endian.
    package let bytes: [UInt8]

    /// Creates a tensor from its bytes.
    package init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
      precondition(shape.allSatisfy { $0 >= 0 }, "A shape needs non-negative dimensions, not \(shape).")
      precondition(
        bytes.count * 8 == shape.reduce(1, *) * type.bits,
        "\(type) of shape \(shape) needs \(shape.reduce(1, *) * type.bits) bits, not \(bytes.count) bytes.")
      precondition(name != "__metadata__", "A tensor cannot bear the name of the header's metadata.")
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }

    /// Creates a single-precision tensor from its elements in row-major order.
    package init(name: String, shape: [Int], floats: some Sequence<Float>) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(shape.reduce(4, *))
      for element in floats { bytes.append(littleEndian: element.bitPattern) }
      self.init(name: name, type: .f32, shape: shape, bytes: bytes)
    }

    /// Creates a tensor of 64-bit whole numbers from its elements in row-major order.
    init(name: String, shape: [Int], integers: [Int]) {
      var bytes: [UInt8] = []
      for element in integers { bytes.append(littleEndian: Int64(element)) }
      self.init(name: name, type: .i64, shape: shape, bytes: bytes)
    }

    /// The elements of a floating-point tensor, row-major and rounded to single precision; throws `notNumeric` for
    /// other types.
    package func floats() throws(InputError) -> [Float] {
      switch type {
      case .f32: words(UInt32.self).map(Float.init(bitPattern:))
      case .f64: words(UInt64.self).map { Float(Double(bitPattern: $0)) }
      case .bf16: words(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
      case .f16: words(UInt16.self).map(Float.init(halfPrecisionBits:))
      default: throw .tensor(name, "holds \(type.rawValue) and no floating-point numbers")
      }
    }

    /// The elements of a type of as many bytes, as the whole numbers that their bits spell.
    func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] {
      bytes.withUnsafeBytes { buffer in
        stride(from: 0, to: buffer.count, by: MemoryLayout<Word>.size).map {
          Word(littleEndian: buffer.loadUnaligned(fromByteOffset: $0, as: Word.self))
        }
      }
    }
  }

  /// The element types of the format.
  package enum ElementType: String, Sendable, CaseIterable {
    case f4 = "F4"
    case f6E2M3 = "F6_E2M3"
    case f6E3M2 = "F6_E3M2"
    case bool = "BOOL"
    case u8 = "U8"
    case i8 = "I8"
    case f8E5M2 = "F8_E5M2"
    case f8E4M3 = "F8_E4M3"
    case f8E8M0 = "F8_E8M0"
    case u16 = "U16"
    case i16 = "I16"
    case f16 = "F16"
    case bf16 = "BF16"
    case u32 = "U32"
    case i32 = "I32"
    case f32 = "F32"
    case u64 = "U64"
    case i64 = "I64"
    case f64 = "F64"
    case c64 = "C64"

    /// The bits of one element; elements of fewer than eight are packed, and fill whole bytes together.
    package var bits: Int {
      switch self {
      case .f4: 4
      case .f6E2M3, .f6E3M2: 6
      case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0: 8
      case .u16, .i16, .f16, .bf16: 16
      case .u32, .i32, .f32: 32
      case .u64, .i64, .f64, .c64: 64
      }
    }
  }

  /// The tensor of a name; throws `missingTensor`.
  package func tensor(_ name: String) throws(InputError) -> Tensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else { throw .tensor(name, "is missing") }
    return tensor
  }
}

extension Float {
  /// The number that sixteen bits spell in IEEE 754 half precision.
  init(halfPrecisionBits bits: UInt16) {
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    let magnitude =
      switch exponent {
      case 0: Float(fraction) * 0x1p-24
      case 31: Float(bitPattern: 0x7F80_0000 | fraction << 13)
      default: Float(bitPattern: (exponent + 112) << 23 | fraction << 13)
      }
    self = bits >> 15 == 0 ? magnitude : -magnitude
  }
}
