import COpenSSL

/// The SHA-256 of bytes as 64 hexadecimal digits, as `sha256sum` prints it (FIPS 180-4, by OpenSSL).
package func sha256(of bytes: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  SHA256(bytes, bytes.count, &digest)
  return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
