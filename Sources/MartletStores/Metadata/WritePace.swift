/// Whether writes are quick enough to be made on threads that callers lend.
///
/// An event loop that lends its thread serves nobody else meanwhile. A disk that takes long for one write takes long for
/// the next ones too, so those are made on the database's own thread, until one is tried again.
struct WritePace: Sendable {
    /// How long a write on a lent thread may take.
    static let limit = Duration.milliseconds(5)
    /// How many writes after a slow one are not made on lent threads.
    static let restCount = 32

    private var rest = 0

    /// Whether the next write may be made on a lent thread.
    mutating func isQuick() -> Bool {
        if self.rest == 0 { return true }
        self.rest -= 1
        return false
    }

    /// Takes note of how long a write on a lent thread took.
    mutating func note(_ duration: Duration) {
        if duration > Self.limit { self.rest = Self.restCount }
    }
}
