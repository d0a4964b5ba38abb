#if Serving
  import NIOCore
  import NIOHTTP1

  /// Gathers a connection's requests and writes their replies, each by one write to the socket.
  ///
  /// Everything happens on the connection's event loop, so that a small request costs no change of threads. The handlers
  /// in front of this one see to it that a request comes only when the reply before it is out.
  final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
      /// Waiting for a request or answering one.
      case idle
      /// Reading a request's body.
      case reading(HTTPRequestHead)
      /// Reading past what was refused, until the client closes the connection or time is up.
      case refusing
    }

    private let responder: InferenceResponder
    private let bodyLimit: Int
    private var state = State.idle
    private var body = ByteBuffer()
    private var isAnswering = false
    private var isInputClosed = false
    private var date = HTTPDate()

    init(_ responder: InferenceResponder, bodyLimit: Int) {
      self.responder = responder
      self.bodyLimit = bodyLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch (unwrapInboundIn(data), state) {
      case (.head(let head), .idle): begin(head, context)
      case (.body(let part), .reading(let head)): gather(part, head, context)
      case (.end, .reading(let head)):
        state = .idle
        let request = HTTPRequest(head: head, body: body, arrival: .now)
        body = ByteBuffer()
        answer(request, context)
      default: break
      }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      state = .reading(head)
      guard Self.length(head) <= bodyLimit else { return refuse(head, context) }
      if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
        let goOn = HTTPResponseHead(version: head.version, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
      }
    }

    private func gather(_ part: ByteBuffer, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      guard body.readableBytes + part.readableBytes <= bodyLimit else { return refuse(head, context) }
      if body.readableBytes == 0 && part.readableBytes >= Self.length(head) {
        body = part
      } else {
        if body.readableBytes == 0 { body = context.channel.allocator.buffer(capacity: Self.length(head)) }
        body.writeImmutableBuffer(part)
      }
    }

    /// The length of the body where it is announced.
    private static func length(_ head: HTTPRequestHead) -> Int {
      head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    }

    private func refuse(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
      state = .refusing
      body = ByteBuffer()
      let error = ServingError(413, "The body has more than \(bodyLimit) bytes.")
      // Closed whole, the connection would be reset under a client that still writes and has not read the reply.
      write(HTTPReply(error), to: head, closing: .output, context)
    }

    private func answer(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
      isAnswering = true
      responder.respond(to: request, on: context.eventLoop).assumeIsolated().whenSuccess { reply in
        self.isAnswering = false
        self.write(reply, to: request.head, closing: request.head.isKeepAlive ? nil : .all, context)
      }
    }

    private func write(
      _ reply: HTTPReply, to request: HTTPRequestHead, closing: CloseMode?, _ context: ChannelHandlerContext
    ) {
      var headers: HTTPHeaders = [
        "content-type": reply.contentType, "content-length": "\(reply.body.readableBytes)",
        "date": date.now(),
      ]
      if let length = reply.inferenceHeaderLength {
        headers.add(name: "inference-header-content-length", value: "\(length)")
      }
      if closing != nil {
        headers.add(name: "connection", value: "close")
      } else if request.version == .http1_0 {
        headers.add(name: "connection", value: "keep-alive")
      }
      let head = HTTPResponseHead(
        version: request.version, status: .init(statusCode: reply.status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      // A reply to HEAD says how long the body would be, and has none.
      if request.method != .HEAD {
        context.write(wrapOutboundOut(.body(.byteBuffer(reply.body))), promise: nil)
      }
      guard closing != nil || isInputClosed else {
        return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      }
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.assumeIsolated().whenComplete { _ in
        if let closing { context.close(mode: closing, promise: nil) } else { self.closeIfDone(context) }
      }
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case ChannelEvent.inputClosed = event {
        isInputClosed = true
        closeIfDone(context)
      }
      context.fireUserInboundEventTriggered(event)
    }

    /// Closes the connection of a client that sends no more, once all it has sent is answered.
    private func closeIfDone(_ context: ChannelHandlerContext) {
      guard isInputClosed else { return }
      // A request that waited behind the one just answered is handed on before the next turn of the loop.
      context.eventLoop.assumeIsolated().execute {
        if !self.isAnswering { context.close(promise: nil) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
#endif
