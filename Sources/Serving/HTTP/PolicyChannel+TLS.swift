#if TLS
  import Documents
  import HummingbirdCore
  import HummingbirdTLS
  import PolicyFormats
  import NIOSSL

  extension PolicyChannel {
    /// The same behind TLS.
    ///
    /// - Parameters:
    ///   - chain: the file of the certificate chain (PEM).
    ///   - key: the file of the certificate's key (PEM).
    /// - Throws: `PolicyServerError` or `FileError`, before anything listens.
    func secured(chain: String, key: String) throws -> TLSChannel<PolicyChannel> {
      let (chainBytes, keyBytes) = (try AtomicFile.read(chain), try AtomicFile.read(key))
      let certificates = try read(chain, "certificate chain") {
        try NIOSSLCertificate.fromPEMBytes(chainBytes)
      }
      guard !certificates.isEmpty else {
        throw PolicyServerError.notPEM(path: chain, what: "certificate chain")
      }
      let privateKey = try read(key, "private key") { try NIOSSLPrivateKey(bytes: keyBytes, format: .pem) }
      let configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(privateKey))
      // A key that is not the certificate's shows here.
      do { _ = try NIOSSLContext(configuration: configuration) } catch {
        throw PolicyServerError.keyDoesNotFit(certificate: chain, key: key)
      }
      return try TLSChannel(self, tlsConfiguration: configuration)
    }

    private func read<Value>(
      _ path: String, _ what: String, _ read: () throws -> Value
    ) throws(PolicyServerError) -> Value {
      do { return try read() } catch { throw .notPEM(path: path, what: what) }
    }
  }
#elseif Serving
  extension PolicyChannel {
    /// There is no TLS in this build.
    func secured(chain: String, key: String) throws(PolicyServerError) -> PolicyChannel { throw .withoutTLS }
  }
#endif
