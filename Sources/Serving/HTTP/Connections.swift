#if Serving
  import NIOCore
  import Synchronization

  /// The connections of a server, so that idle ones never keep a new one out: above the limit, the one that has waited
  /// longest for a whole request is closed, as nginx does.
  final class Connections: Sendable {
    /// One connection, and since when it waits.
    final class Connection: Sendable {
      fileprivate let channel: any Channel
      /// In nanoseconds of `NIODeadline`; the largest number while a request is answered.
      fileprivate let start = Atomic(UInt64.max)

      fileprivate init(_ channel: any Channel) { self.channel = channel }

      /// Says since when it waits for a request; nil while it answers one.
      func isWaiting(since start: NIODeadline?) {
        self.start.store(start.map { $0.uptimeNanoseconds } ?? .max, ordering: .relaxed)
      }
    }

    /// How many connections above the limit may be on their way out, or all answer.
    static let reserve = 64

    private let limit: Int
    private let open = Mutex<[ObjectIdentifier: Connection]>([:])

    init(limit: Int) { self.limit = limit }

    /// Takes a new connection in, for which another may have to go.
    func add(_ channel: any Channel) -> Connection {
      let connection = Connection(channel)
      let leaving = open.withLock { open -> Connection? in
        defer { open[ObjectIdentifier(connection)] = connection }
        guard open.count >= limit else { return nil }
        let waiting = open.values.lazy.map { ($0.start.load(ordering: .relaxed), $0) }
        guard let longest = waiting.min(by: { $0.0 < $1.0 }), longest.0 < .max else { return nil }
        return open.removeValue(forKey: ObjectIdentifier(longest.1))
      }
      leaving?.channel.close(promise: nil)
      return connection
    }

    /// Forgets a connection that is closed.
    func remove(_ connection: Connection) {
      open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
    }
  }
#endif
