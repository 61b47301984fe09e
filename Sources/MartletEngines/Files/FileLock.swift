import Foundation
import Synchronization

/// A lock between processes, on a file made for it; gone when its holder ends, however it ends.
package final class FileLock: Sendable {
    /// The open file, or -1 after `release`.
    private let descriptor: Mutex<Int32>

    private init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    deinit { self.release() }

    /// Takes the lock on the file at `path`, which is made when it does not exist.
    ///
    /// - Parameters:
    ///   - path: the lock file; its folder must exist.
    ///   - waits: whether to block until the holder lets go.
    /// - Returns: the lock, or `nil` when another holds it and `waits` is false.
    /// - Throws: `engine.file`.
    package static func acquire(_ path: String, waits: Bool = false) throws(EngineError) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileDurability.error("open the lock '\(path)'") }
        while flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let isHeld = errno == EWOULDBLOCK
            let error = FileDurability.error("take the lock '\(path)'")
            _ = close(descriptor)
            if isHeld { return nil }
            throw error
        }
        return FileLock(descriptor: descriptor)
    }

    /// Lets go; a second call does nothing.
    package func release() {
        self.descriptor.withLock { descriptor in
            if descriptor >= 0 { _ = close(descriptor) }
            descriptor = -1
        }
    }
}
