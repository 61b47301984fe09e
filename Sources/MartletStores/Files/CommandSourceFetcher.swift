package import MartletCore
import MartletEngines
package import MartletIngest

extension ErrorCode {
    /// A user's program failed, or ran too long.
    package static let ingestCommandFailed = ErrorCode("ingest.commandFailed")
}

/// Runs a user's own program; what it writes to its standard output is one batch, if it ends with status 0.
package struct CommandSourceFetcher: SourceFetcher {
    private let folder: String
    private let spoolFolder: String
    private let environment: [String: String]
    private let now: @Sendable () -> EventTime
    private let pause: @Sendable (TimeSpan) async throws -> Void

    /// Prepares to run programs.
    ///
    /// - Parameters:
    ///   - folder: where they start, the workspace.
    ///   - spoolFolder: holds their output while they run.
    ///   - environment: the variables that may be passed on.
    ///   - now: the time.
    ///   - pause: waits between two looks at a program.
    package init(
        folder: String,
        spoolFolder: String,
        environment: [String: String],
        now: @escaping @Sendable () -> EventTime,
        pause: @escaping @Sendable (TimeSpan) async throws -> Void
    ) {
        self.folder = folder
        self.spoolFolder = spoolFolder
        self.environment = environment
        self.now = now
        self.pause = pause
    }

    package func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        guard case .command(let command) = definition.location.place else { return [] }
        // Arguments may hold secrets; the program's name does not.
        return [SourceOffer(.whole, origin: "command \(command.arguments.first ?? "")")]
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        guard case .command(let command) = definition.location.place else { return FetchResult(isEmpty: true) }
        let spool = try FetchSpool(below: self.spoolFolder)
        defer { spool.remove() }
        let child = try ChildProcess(
            command.arguments,
            environment: try self.variables(of: command, definition),
            folder: self.folder,
            output: .file(spool.path("output")),
            errors: .file(spool.path("errors"))
        )
        do {
            try await self.wait(for: child, definition, spool)
        } catch {
            child.end()
            child.collect()
            throw error
        }
        // Whatever it started must not write on.
        child.end()
        let ending = child.collect()
        guard ending == .exited(0) else { throw self.failure(ending, definition, spool) }
        try Self.checkSize(spool, definition)
        guard spool.size("output") > 0 else { return FetchResult(isEmpty: true) }
        try spool.send("output", to: receiver)
        return FetchResult()
    }

    private static let passedOn = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"]

    private func variables(of command: CommandOrigin, _ definition: SourceDefinition) throws -> [String] {
        for name in command.environment where self.environment[name] == nil {
            throw IngestError(
                .ingestKeyMissing,
                "the program of source '\(definition.name)' wants the environment variable '\(name)', which is not set",
                mayPass: false
            )
        }
        let own = (Self.passedOn + command.environment)
            .compactMap { name in
                self.environment[name].map { "\(name)=\($0)" }
            }
        return own + ["MARTLET_SOURCE=\(definition.name)"]
    }

    private func wait(
        for child: ChildProcess,
        _ definition: SourceDefinition,
        _ spool: FetchSpool
    ) async throws {
        let location = definition.location
        let deadline = self.now() + location.timeout
        var pause = TimeSpan(microseconds: 2_000)
        while !child.hasEnded() {
            try Self.checkSize(spool, definition)
            guard self.now() < deadline else {
                throw IngestError(
                    .ingestCommandFailed,
                    "the program of source '\(definition.name)' did not end within \(location.timeout) and was ended; "
                        + "raise 'timeout' if it needs longer" + Self.remark(spool)
                )
            }
            try await self.pause(pause)
            pause = min(TimeSpan(microseconds: pause.microseconds * 2), TimeSpan(microseconds: 100_000))
        }
    }

    private static func checkSize(_ spool: FetchSpool, _ definition: SourceDefinition) throws {
        let limit = definition.location.sizeLimitMegabytes
        guard spool.size("output") > limit * 1_048_576 else { return }
        throw IngestError(
            .ingestTooLarge,
            "the program of source '\(definition.name)' writes more than \(limit) MB; raise 'size_limit_mb' if that is "
                + "right",
            mayPass: false
        )
    }

    private func failure(
        _ ending: ChildProcess.Ending,
        _ definition: SourceDefinition,
        _ spool: FetchSpool
    ) -> IngestError {
        let how =
            switch ending {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        return IngestError(
            .ingestCommandFailed,
            "the program of source '\(definition.name)' \(how), so what it wrote is not loaded" + Self.remark(spool)
        )
    }

    private static func remark(_ spool: FetchSpool) -> String {
        let tail = spool.tail("errors", limit: 600)
        return tail.isEmpty ? "; it said nothing" : "; it said: \(tail)"
    }
}
