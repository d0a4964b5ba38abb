#if Serving
  import HummingbirdCore
  import Logging
  import NIOCore
  import NIOHTTP1

  /// What Hummingbird's server makes of a connection: swift-nio's HTTP/1.1 handlers and ours behind them.
  ///
  /// Hummingbird's own HTTP channel hands each part of a request to a task on another thread and back. That costs more than
  /// the answer to a small request, so requests are answered on the connection's event loop instead; listening, TLS, the
  /// limit of connections and graceful shutdown remain Hummingbird's.
  struct PolicyChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
      let channel: any Channel
    }

    let responder: InferenceResponder
    let connections: Connections
    let options: PolicyServer.Options

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
      channel.eventLoop.makeCompletedFuture {
        // Replies must not wait for the acknowledgement of what went before (Nagle's algorithm).
        try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
        // A small request arrives in one read; a second one would only find nothing.
        try channel.syncOptions?.setOption(ChannelOptions.maxMessagesPerRead, value: 1)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 32 << 10
        limits.maxHeaderFieldCount = 100
        let pipeline = channel.pipeline.syncOperations
        // Nothing in the headers of replies comes from a client, so they need no look through.
        try pipeline.configureHTTPServerPipeline(
          withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
          withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(RequestTimeoutHandler(TimeAmount(options.requestTimeout), connections))
        try pipeline.addHandler(RequestHandler(responder, bodyLimit: options.bodyLimit))
        return Value(channel: channel)
      }
    }

    /// Waits for the connection's end; the handlers do the work.
    func handle(value: Value, logger: Logger) async {
      await withTaskCancellationHandler {
        try? await value.channel.closeFuture.get()
      } onCancel: {
        value.channel.close(promise: nil)
      }
    }
  }
#endif
