#if TLS
  import Documents
  import Foundation
  import PolicyFormats
  import NIOCore
  import NIOPosix
  import NIOSSL
  import Serving
  import Testing

  @Suite struct TLSTests {
    @Test func servesThoseWhoTrustTheCertificate() async throws {
      let (certificate, key) = try makeCertificate()
      try await withServer({ $0.certificate = (certificate, key) }) { client, _ in
        let body = inferenceRequest([0, 0, 0, 0, 0, 0])
        let request =
          "POST /v2/models/m/infer HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        let answer = try await exchange(request, port: client.port, trusting: .file(certificate))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
        #expect(answer.contains(#""model_name":"m""#))
        await #expect(throws: (any Error).self) {
          try await exchange(request, port: client.port, trusting: .default)
        }
        // Plain HTTP gets no answer.
        #expect(try await client.exchange("GET /v2 HTTP/1.1\r\n\r\n").contains("HTTP") == false)
      }
    }

    @Test func saysWhatIsWrongWithACertificate() async throws {
      let (certificate, key) = try makeCertificate()
      let (_, other) = try makeCertificate()
      let cases = [
        ("/no/such/file", key, "/no/such/file: there is no such file"),
        (key, key, "\(key): holds no certificate chain in PEM"),
        (certificate, certificate, "\(certificate): holds no private key in PEM"),
        (certificate, other, "\(other): is not the key of \(certificate)"),
      ]
      for (chain, key, expected) in cases {
        let found = await #expect(throws: InputError.self) {
          try await withServer({ $0.certificate = (chain, key) }) { _, _ in }
        }
        #expect(found?.description.hasPrefix(expected + "; ") == true)
      }
    }

    /// Makes a certificate for `localhost` that signs itself; the paths of it and its key.
    private func makeCertificate() throws -> (certificate: String, key: String) {
      let (certificate, key) = (temporaryPath("certificate"), temporaryPath("key"))
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", key, "-out", certificate]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return (certificate, key)
    }

    /// Sends a text and reads until the server closes the connection.
    private func exchange(
      _ text: String, port: Int, trusting roots: NIOSSLTrustRoots
    ) async throws -> String {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.trustRoots = roots
      let context = try NIOSSLContext(configuration: configuration)
      let group = MultiThreadedEventLoopGroup.singleton
      let answer = group.next().makePromise(of: String.self)
      let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
          try pipeline.addHandler(Collector(answer))
        }
      }.connect(host: "127.0.0.1", port: port).get()
      channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
      return try await answer.futureResult.get()
    }
  }

  /// Gathers what arrives until the connection ends.
  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<String>
    private var bytes = ByteBuffer()

    init(_ answer: EventLoopPromise<String>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes.writeImmutableBuffer(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) { answer.succeed(String(buffer: bytes)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      answer.fail(error)
      context.close(promise: nil)
    }
  }
#endif
