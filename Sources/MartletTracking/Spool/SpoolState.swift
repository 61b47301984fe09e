import Synchronization

/// What a spool knows of its queue and of the server, shared by those who answer and the one who forwards.
final class SpoolState: Sendable {
    private struct Values {
        var names: [String: String] = [:]
        var waitingCount = 0
        var isAway = false
        var authorization: String?
    }

    private let values = Mutex(Values())

    /// The server's ids by the spool's.
    var names: SpoolNames { SpoolNames(self.values.withLock(\.names)) }
    /// How many calls wait.
    var waitingCount: Int { self.values.withLock(\.waitingCount) }
    /// Whether the last attempt found no server.
    var isAway: Bool { self.values.withLock(\.isAway) }
    /// How the last client showed who it is; kept in memory only.
    var authorization: String? { self.values.withLock(\.authorization) }

    func load(names: [String: String], waitingCount: Int) {
        self.values.withLock { values in
            values.names = names
            values.waitingCount = waitingCount
        }
    }

    func remember(authorization: String) { self.values.withLock { $0.authorization = authorization } }

    func noteWaiting() { self.values.withLock { $0.waitingCount += 1 } }

    func noteDone(_ madeID: String?, _ realID: String?) {
        self.values.withLock { values in
            values.waitingCount -= 1
            if let madeID, let realID { values.names[madeID] = realID }
        }
    }

    /// Sets whether the server is away, and returns whether that is news.
    func set(isAway: Bool) -> Bool {
        self.values.withLock { values in
            defer { values.isAway = isAway }
            return values.isAway != isAway
        }
    }
}

/// What a spool tells those who run it.
package enum SpoolReport: Sendable, Hashable {
    /// The server gave no answer; calls are kept.
    case serverAway(String)
    /// The server answers again.
    case serverBack(waiting: Int)
    /// All calls were carried out.
    case drained
    /// The server wants to know who calls, so nothing is forwarded.
    case notAdmitted(status: Int)
    /// The server refused a call, which is kept aside.
    case refused(target: String, status: Int)
    /// The spool's own folder failed.
    case journalFailed(String)
}
