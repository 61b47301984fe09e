import Foundation
import Synchronization

/// A pipe between this process and a program, of which each closes the end it does not use.
package struct ProgramPipe: Sendable {
    /// The end that is read.
    package let reading: Int32
    /// The end that is written to.
    package let writing: Int32

    /// Makes a pipe that programs inherit only where they are given it.
    ///
    /// - Throws: `engine.failed` when the system has no more of them.
    package init() throws(EngineError) {
        var ends: [Int32] = [0, 0]
        let status = ChildProcess.starting.withLock { _ in
            let status = pipe(&ends)
            if status == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
            return status
        }
        guard status == 0 else {
            throw EngineError(.engineFailed, "no pipe to a program could be made: \(String(cString: strerror(errno)))")
        }
        (self.reading, self.writing) = (ends[0], ends[1])
    }

    /// Closes the end that is read.
    package func closeReading() { close(self.reading) }

    /// Closes the end that is written to.
    package func closeWriting() { close(self.writing) }
}
