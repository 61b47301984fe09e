import Foundation

/// A program started in a process group of its own, with its output in files.
///
/// Files and not pipes, so that a program that writes much is never held up, and one that leaves children behind never
/// holds the reader up.
package struct ChildProcess: Sendable {
    /// How a program ended.
    package enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
    }

    private let id: pid_t

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked for in the `PATH` of `environment` when it has no slash, then its arguments.
    ///   - environment: its variables, each `NAME=value`; it sees no others.
    ///   - folder: the folder it starts in.
    ///   - output: the file its standard output goes to, made anew.
    ///   - errors: the file its standard error goes to, made anew.
    /// - Throws: `engine.failed` when it cannot be started.
    package init(
        _ arguments: [String],
        environment: [String],
        folder: String,
        output: String,
        errors: String
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
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        // The shell only goes to the folder, which not every system's spawn can do, and becomes the program.
        let shell = ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder]
        var words: [UnsafeMutablePointer<CChar>?] = (shell + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let status = posix_spawn(&id, "/bin/sh", &actions, &attributes, &words, &variables)
        guard status == 0 else {
            throw EngineError(
                .engineFailed,
                "the program '\(arguments.first ?? "")' could not be started: \(String(cString: strerror(status)))"
            )
        }
        self.id = id
    }

    /// How the program ended, or `nil` while it runs; after the end it is asked once.
    package func ending() -> Ending? {
        var status: Int32 = 0
        let found = waitpid(self.id, &status, WNOHANG)
        guard found == self.id else { return found == 0 || errno == EINTR ? nil : .exited(-1) }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }

    /// Ends the program and what it started, at once.
    package func end() {
        kill(-self.id, SIGKILL)
    }

    /// Waits for a program that was ended, so that nothing is left of it.
    package func collect() {
        var status: Int32 = 0
        while waitpid(self.id, &status, 0) == -1, errno == EINTR {}
    }
}
