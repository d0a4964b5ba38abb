import Documents

/// Why bytes are not a safetensors file.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// The file ends before the header's length does.
  case truncatedLength(bytes: Int)
  /// The header is longer than the format allows.
  case headerTooLong(bytes: UInt64)
  /// The file ends before its header does.
  case truncatedHeader(announced: Int, present: Int)
  /// The header does not start with `{`.
  case headerNotObject
  /// Something other than spaces stands behind the header's object.
  case headerPadding(offset: Int)
  /// The header is not strict JSON.
  case header(JSONError)
  /// `__metadata__` is not an object of strings.
  case metadataNotStrings
  /// A tensor's entry lacks a key, holds one too many, or one of the wrong type.
  case malformedEntry(tensor: String, detail: String)
  /// The element type is not one of the format's.
  case unknownType(tensor: String, name: String)
  /// A dimension is negative, fractional or too large.
  case invalidDimension(tensor: String)
  /// The product of the dimensions exceeds what a file can hold.
  case shapeOverflow(tensor: String)
  /// Elements of fewer than eight bits end within a byte.
  case brokenByte(tensor: String)
  /// The range of bytes does not hold what type and shape ask for.
  case sizeMismatch(tensor: String, expected: Int, found: Int)
  /// Two tensors share bytes.
  case overlap(tensor: String)
  /// Bytes belong to no tensor.
  case hole(tensor: String)
  /// The file ends before its last tensor does.
  case truncatedData(announced: Int, present: Int)
  /// Bytes follow the last tensor.
  case trailingBytes(count: Int)
  /// A tensor that is needed is not in the file.
  case missingTensor(name: String)
  /// The tensor holds no numbers that floats can be made of.
  case notNumeric(tensor: String, type: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .truncatedLength(let bytes):
      "The file has \(bytes) bytes, too few for the eight of the header's length."
    case .headerTooLong(let bytes):
      "The header claims \(bytes) bytes, more than the \(Safetensors.headerLimit) the format allows."
    case .truncatedHeader(let announced, let present):
      "The header claims \(announced) bytes and the file holds \(present) of them: it is cut short."
    case .headerNotObject: "The header does not start with '{': this is not a safetensors file."
    case .headerPadding(let offset):
      "The header is padded with something other than spaces at byte \(offset)."
    case .header(let error): "The header is not strict JSON: \(error)"
    case .metadataNotStrings: "The header's __metadata__ is not an object of strings."
    case .malformedEntry(let tensor, let detail): "The header's entry of tensor '\(tensor)' \(detail)."
    case .unknownType(let tensor, let name): "Tensor '\(tensor)' has the unknown element type '\(name)'."
    case .invalidDimension(let tensor):
      "A dimension of tensor '\(tensor)' is not a non-negative whole number."
    case .shapeOverflow(let tensor): "The shape of tensor '\(tensor)' holds more elements than any file can."
    case .brokenByte(let tensor): "The packed elements of tensor '\(tensor)' end within a byte."
    case .sizeMismatch(let tensor, let expected, let found):
      "Tensor '\(tensor)' needs \(expected) bytes by its type and shape and is given \(found)."
    case .overlap(let tensor): "The bytes of tensor '\(tensor)' overlap those of another."
    case .hole(let tensor): "Bytes before tensor '\(tensor)' belong to no tensor."
    case .truncatedData(let announced, let present):
      "The tensors claim \(announced) bytes and the file holds \(present) of them: it is cut short."
    case .trailingBytes(let count): "\(count) bytes follow the last tensor."
    case .missingTensor(let name): "The file has no tensor '\(name)'."
    case .notNumeric(let tensor, let type):
      "Tensor '\(tensor)' of type \(type) holds no floating-point numbers."
    }
  }
}
