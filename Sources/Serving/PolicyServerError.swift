/// Why a server cannot start.
public enum PolicyServerError: Error, Equatable, CustomStringConvertible {
  /// The address is taken, or none of this machine's.
  case cannotListen(host: String, port: Int, reason: String)
  /// The token that clients must send has no letter, so that everybody would have it.
  case emptyToken(path: String?)
  /// A file is not what TLS needs.
  case notPEM(path: String, what: String)
  /// Certificate and key do not belong together.
  case keyDoesNotFit(certificate: String, key: String)
  /// A certificate is given and the program was built without TLS.
  case withoutTLS

  /// One sentence.
  public var description: String {
    switch self {
    case .cannotListen(let host, let port, let reason):
      "Cannot listen at \(host), port \(port): \(reason). Choose another with --host and --port."
    case .emptyToken(let path):
      "\(path.map { "\($0): the" } ?? "The") token is empty: write one to its file, such as the output of `openssl rand -hex 32`."
    case .notPEM(let path, let what): "\(path): there is no \(what) in PEM here."
    case .keyDoesNotFit(let certificate, let key): "\(key): this is not the key of \(certificate)."
    case .withoutTLS:
      "This build has no TLS: make one that has with `scripts/build --traits default,TLS`, or let a proxy speak it."
    }
  }
}
