#if Serving
  import Documents
  import PolicyFormats
  import NIOCore
  import NIOHTTP1

  /// A whole request.
  struct HTTPRequest: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer
    /// When its last byte was read.
    let arrival: ContinuousClock.Instant

    /// The path without the query.
    var path: Substring.UTF8View {
      let uri = head.uri.utf8
      return uri[..<(uri.firstIndex(of: UInt8(ascii: "?")) ?? uri.endIndex)]
    }
  }

  /// What a request is answered with.
  struct HTTPReply: Sendable {
    var status = 200
    var contentType = "application/json"
    /// The bytes of JSON in front of raw tensors.
    var inferenceHeaderLength: Int?
    var body: ByteBuffer

    /// Answers with a body.
    init(_ body: ByteBuffer, contentType: String, inferenceHeaderLength: Int? = nil) {
      self.body = body
      self.contentType = contentType
      self.inferenceHeaderLength = inferenceHeaderLength
    }

    /// Answers with a document.
    init(_ document: JSONValue, status: Int = 200) {
      self.status = status
      body = ByteBuffer(string: document.text())
    }

    /// Answers with what went wrong; what is no `ServingError` is the server's own fault.
    init(_ error: any Error) {
      let error = error as? ServingError ?? ServingError(500, "The server failed: \(error).")
      self.init(["error": .string(error.description)], status: error.status)
    }
  }
#endif
