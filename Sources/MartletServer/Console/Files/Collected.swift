import Foundation
import Synchronization

/// Bytes that arrive in pieces from a store.
final class Collected: Sendable {
    private let buffer = Mutex(Data())

    /// What arrived so far.
    var bytes: Data { self.buffer.withLock { $0 } }

    func append(_ piece: Data) { self.buffer.withLock { $0.append(piece) } }
}
