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
    /// - Throws: `InputError`, before anything listens.
    func secured(chain: String, key: String) throws -> TLSChannel<PolicyChannel> {
      let (chainBytes, keyBytes) = (try AtomicFile.read(chain), try AtomicFile.read(key))
      let certificates = try read(chain, "certificate chain") {
        try NIOSSLCertificate.fromPEMBytes(chainBytes)
      }
      guard !certificates.isEmpty else {
        throw notPEM(chain, "certificate chain")
      }
      let privateKey = try read(key, "private key") { try NIOSSLPrivateKey(bytes: keyBytes, format: .pem) }
      let configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(privateKey))
      // A key that is not the certificate's shows here.
      do { _ = try NIOSSLContext(configuration: configuration) } catch {
        throw InputError(
          .malformed, file: key, problem: "is not the key of \(chain)",
          remedy: "name the two that belong together")
      }
      return try TLSChannel(self, tlsConfiguration: configuration)
    }

    private func read<Value>(
      _ path: String, _ what: String, _ read: () throws -> Value
    ) throws(InputError) -> Value {
      do { return try read() } catch { throw notPEM(path, what) }
    }

    private func notPEM(_ path: String, _ what: String) -> InputError {
      InputError(.malformed, file: path, problem: "holds no \(what) in PEM", remedy: "name a file that does")
    }
  }
#elseif Serving
  import Documents

  extension PolicyChannel {
    /// There is no TLS in this build.
    func secured(chain: String, key: String) throws(InputError) -> PolicyChannel {
      throw .configuration(
        "--certificate", "this build has no TLS",
        "make one that has with `scripts/build --traits default,TLS`, or let a proxy speak it")
    }
  }
#endif
