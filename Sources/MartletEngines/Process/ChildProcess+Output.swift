package import Foundation

extension ChildProcess {
    /// How following a program's output ended.
    package enum Followed: Sendable, Hashable {
        /// The program ended, and all that was written is read.
        case whole
        /// The program ended, and a process that it left in the background still holds its output.
        case held
    }

    /// How long the output of a program that ended is read on while others hold it.
    package static let grace = Duration.seconds(1)

    /// How often it is looked whether the program ended, in milliseconds.
    private static let look: Int32 = 100

    /// Reads what the program writes until it ended and all of it is read; the thread is held up for as long.
    ///
    /// The end of the program counts, not that of its output: a process that it leaves in the background may keep the
    /// pipes open, and is not waited for longer than `grace`. All that the program itself wrote is read by then. The
    /// program still has to be collected.
    ///
    /// - Parameters:
    ///   - outputs: the ends of pipes that are read; they are closed.
    ///   - grace: how long is read on after the end of the program.
    ///   - limit: how long the program may take before it is ended with what it started; `nil` as long as it likes.
    ///   - take: given what was read, with the place of its pipe in `outputs`.
    /// - Returns: whether all was read, or the pipes are still held.
    package func follow(
        _ outputs: [Int32],
        grace: Duration = Self.grace,
        limit: Duration? = nil,
        _ take: (Int, Data) -> Void
    ) -> Followed {
        defer { for output in outputs { close(output) } }
        // A negative number is passed over.
        var polls = outputs.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var deadline: ContinuousClock.Instant?
        var end = limit.map { ContinuousClock.now + $0 }
        while true {
            if let moment = end, .now >= moment {
                self.end()
                end = nil
            }
            if polls.allSatisfy({ $0.fd < 0 }) {
                var information = siginfo_t()
                while waitid(P_PID, id_t(self.id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
                return .whole
            }
            if deadline == nil, self.hasEnded() { deadline = .now + grace }
            guard poll(&polls, nfds_t(polls.count), Self.look) >= 0 else {
                guard errno == EINTR else { return .held }
                continue
            }
            for index in polls.indices where polls[index].fd >= 0 && polls[index].revents != 0 {
                let count = read(polls[index].fd, &bytes, bytes.count)
                if count > 0 {
                    take(index, Data(bytes[..<count]))
                } else if count == 0 || errno != EINTR {
                    polls[index].fd = -1
                }
            }
            if let deadline, .now >= deadline { return polls.allSatisfy { $0.fd < 0 } ? .whole : .held }
        }
    }
}
