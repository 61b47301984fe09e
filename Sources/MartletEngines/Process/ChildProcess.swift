import Foundation
import Synchronization

/// A program started in a process group of its own.
///
/// It inherits the three streams it is given and no other open file, and hears signals as any program does.
package struct ChildProcess: Sendable {
    /// How a program ended.
    package enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)

        /// The status it exited with; `nil` when a signal ended it.
        package var status: Int32? {
            if case .exited(let status) = self { status } else { nil }
        }
    }

    /// Where one of a program's three streams leads.
    package enum Stream: Sendable {
        /// To nothing: there is nothing to read, and what is written is gone.
        case nothing
        /// To a file that is made anew.
        ///
        /// Unlike a pipe it never holds a program up that writes much, nor a reader whose program left children behind.
        case file(String)
        /// To an open file of this process, by its number.
        case descriptor(Int32)
    }

    /// Its number, which is its group's too.
    package let id: Int32

    /// Held while a pipe is made or a program starts, so that no program inherits the pipe of another.
    static let starting = Mutex(())

    /// What a program hears at once, though this process may have turned it off for itself.
    private static let heard = [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD]

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked for in the `PATH` of `environment` when it has no slash, then its arguments.
    ///   - environment: its variables, each `NAME=value`; it sees no others.
    ///   - folder: the folder it starts in.
    ///   - isApart: whether it gets a process group of its own; else it is in that of this process.
    ///   - input: where its standard input comes from.
    ///   - output: where its standard output goes.
    ///   - errors: where its standard error goes.
    /// - Throws: `engine.failed` when it cannot be started.
    package init(
        _ arguments: [String],
        environment: [String],
        folder: String,
        isApart: Bool = true,
        input: Stream = .nothing,
        output: Stream,
        errors: Stream
    ) throws(EngineError) {
        #if os(Linux)
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #else
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (number, stream) in [(0, input), (1, output), (2, errors)] as [(Int32, Stream)] {
            switch stream {
            case .nothing:
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY, 0)
            case .file(let path):
                let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
                posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            }
        }
        #if os(Linux)
        let common = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        #else
        let common = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT
        #endif
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in Self.heard { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(common | (isApart ? POSIX_SPAWN_SETPGROUP : 0)))
        // The shell only goes to the folder, which not every system's spawn can do, and becomes the program.
        let shell = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder]
        var words: [UnsafeMutablePointer<CChar>?] = (shell + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let status = Self.starting.withLock { _ in
            #if os(Linux)
            for descriptor in Self.openDescriptors() { posix_spawn_file_actions_addclose(&actions, descriptor) }
            #endif
            return posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, &variables)
        }
        guard status == 0 else {
            throw EngineError(
                .engineFailed,
                "the program '\(arguments.first ?? "")' could not be started: \(String(cString: strerror(status)))"
            )
        }
        self.id = id
    }

    #if os(Linux)
    /// The open files of this process but its three streams, as Linux tells them.
    ///
    /// An entry is as long as its name, so its name is read where it lies: a copy of the whole type would read beyond it,
    /// as Foundation's own way of starting programs does, which ends the process when many files are open.
    private static func openDescriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd"), let place = MemoryLayout<dirent>.offset(of: \dirent.d_name) else {
            return []
        }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = UnsafeRawPointer(entry).advanced(by: place).assumingMemoryBound(to: CChar.self)
            if let number = Int32(String(cString: name)), number > 2 { found.append(number) }
        }
        return found
    }
    #endif

    /// Whether the program has ended; its number stays its own until it is collected.
    package func hasEnded() -> Bool {
        var information = siginfo_t()
        let status = waitid(P_PID, id_t(self.id), &information, WEXITED | WNOHANG | WNOWAIT)
        return status == 0 ? information.si_signo == SIGCHLD : errno != EINTR
    }

    /// Ends the program and what it started, at once.
    package func end() {
        kill(-self.id, SIGKILL)
    }

    /// Waits for the end of the program, so that nothing is left of it, and says how it ended; it is asked once.
    @discardableResult
    package func collect() -> Ending {
        var status: Int32 = 0
        while waitpid(self.id, &status, 0) == -1 {
            guard errno == EINTR else { return .exited(-1) }
        }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }
}
