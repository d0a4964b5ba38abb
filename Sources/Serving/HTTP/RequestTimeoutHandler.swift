#if Serving
  import NIOCore
  import NIOHTTP1

  /// Closes a connection on which no whole request arrives in time: however slowly it trickles in, and however long it
  /// would be.
  ///
  /// Time runs while the server waits for a request or reads one, and stands while it answers. What it waits for longest is
  /// the first to go where there are too many connections.
  final class RequestTimeoutHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let limit: TimeAmount
    private let connections: Connections
    private var connection: Connections.Connection?
    private var start: NIODeadline? {
      didSet { connection?.isWaiting(since: start) }
    }
    private var timer: Scheduled<Void>?

    init(_ limit: TimeAmount, _ connections: Connections) {
      self.limit = limit
      self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
      connection = connections.add(context.channel)
      start = .now()
      arm(context, after: limit)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      timer?.cancel()
      if let connection { connections.remove(connection) }
    }

    func channelInactive(context: ChannelHandlerContext) {
      timer?.cancel()
      context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if case .end = unwrapInboundIn(data) { start = nil }
      context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if case .end = unwrapOutboundIn(data) { start = .now() }
      context.write(data, promise: promise)
    }

    /// One timer outlives many requests: it looks when the present one began and sleeps on.
    private func arm(_ context: ChannelHandlerContext, after delay: TimeAmount) {
      let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      timer = context.eventLoop.scheduleTask(in: delay) {
        let (handler, context) = loopBound.value
        let left = handler.start.map { $0 + handler.limit - .now() } ?? handler.limit
        if left <= .zero { context.close(promise: nil) } else { handler.arm(context, after: left) }
      }
    }
  }
#endif
