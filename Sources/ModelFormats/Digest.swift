import Crypto

/// The SHA-256 of bytes as 64 hexadecimal digits, as `sha256sum` prints it.
public func sha256(of bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { byte in
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }.joined()
}
