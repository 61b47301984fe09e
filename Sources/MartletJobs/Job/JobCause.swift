package import MartletCore

/// Why a job began.
package struct JobCause: Sendable, Hashable, Codable {
    /// What kind of thing began it.
    package enum Kind: String, Sendable, Codable {
        case person, schedule, file, http, git, backfill
    }

    package var kind: Kind
    /// The account or trigger that asked, for a person's eyes.
    package var by: String
    /// The moment the job stands for: the tick of a clock, or when it was asked for.
    package var tick: EventTime
    /// `tick` as a date on the clock of its trigger.
    package var date: String
    /// How many earlier ticks passed while nothing ran and are done with by this one.
    package var missed: Int
    /// The files that arrived, 20 at most.
    package var files: [String]
    /// The commit that was pushed.
    package var commit: Commit?

    /// A commit, and where it is fetched from.
    package struct Commit: Sendable, Hashable, Codable {
        package var id: String
        package var branch: String
        /// Whether the workspace is brought to it before the first step.
        package var update: Bool

        /// Names a commit.
        package init(id: String, branch: String, update: Bool) {
            self.id = id
            self.branch = branch
            self.update = update
        }
    }

    /// Says why.
    package init(
        _ kind: Kind,
        by: String,
        tick: EventTime,
        date: String? = nil,
        missed: Int = 0,
        files: [String] = [],
        commit: Commit? = nil
    ) {
        self.kind = kind
        self.by = by
        self.tick = tick
        self.date = date ?? tick.day
        self.missed = missed
        self.files = files
        self.commit = commit
    }

    /// What a person reads.
    package var sentence: String {
        switch self.kind {
        case .person: "asked for by \(self.by)"
        case .schedule:
            "tick \(self.tick) of \(self.by)" + (self.missed > 0 ? ", which also stands for \(self.missed) missed" : "")
        case .file: "files arrived: \(self.files.joined(separator: ", "))"
        case .http: "asked for over HTTP by \(self.by)"
        case .git: "commit \(self.commit?.id.prefix(12) ?? "") on \(self.commit?.branch ?? "")"
        case .backfill: "backfill of \(self.tick) by \(self.by)"
        }
    }
}
