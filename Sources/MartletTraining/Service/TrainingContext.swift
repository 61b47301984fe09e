package import MartletCore
package import MartletTracking

/// What a training takes from the world around it, so that tests can fix it.
package struct TrainingContext: Sendable {
    /// Who trains, for runs and the ledger.
    package let user: String
    /// The time now.
    package let now: @Sendable () -> EventTime
    /// A new identifier for a run.
    package let newRunID: @Sendable () -> RunID
    /// The commit of the workspace, when it is under version control.
    package let gitCommit: @Sendable () -> String?
    /// Names this process, so that a later one can tell whether its open runs were abandoned.
    package let process: String
    /// Whether the process of that name still lives.
    package let isAlive: @Sendable (String) -> Bool
    /// The step of a job this training is, by which a repeated one finds the version it registered; `nil` for a
    /// training that a person began.
    package let effect: String?
    /// Throws when nothing may be registered any more; asked right before a version is.
    package let beforeRegistering: @Sendable () async throws -> Void

    /// Fixes everything.
    package init(
        user: String,
        now: @escaping @Sendable () -> EventTime,
        newRunID: @escaping @Sendable () -> RunID = { RunID.random() },
        gitCommit: @escaping @Sendable () -> String? = { nil },
        process: String,
        isAlive: @escaping @Sendable (String) -> Bool,
        effect: String? = nil,
        beforeRegistering: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.user = user
        self.now = now
        self.newRunID = newRunID
        self.gitCommit = gitCommit
        self.process = process
        self.isAlive = isAlive
        self.effect = effect
        self.beforeRegistering = beforeRegistering
    }
}
