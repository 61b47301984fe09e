package import Foundation
package import MartletCore

/// What starts a pipeline by itself.
package enum Trigger: Sendable, Hashable {
    /// Moments on the clock of a zone.
    case cron(CronExpression, TimeZone)
    /// Whole multiples of a span.
    case interval(TimeSpan)
    /// Files that match a pattern and have stood still for `settle`.
    case file(pattern: String, settle: TimeSpan)
    /// A request that shows the key.
    case http(key: SecretText)
    /// A new commit at the head of a branch, asked for each `every`.
    case git(repository: String, branch: String, every: TimeSpan, update: Bool)
    /// A push that GitHub or GitLab tells of, signed with the secret.
    case push(secret: SecretText, branch: String, update: Bool)

    /// The key in the file.
    package var kind: String {
        switch self {
        case .cron: "cron"
        case .interval: "interval"
        case .file: "file"
        case .http: "http"
        case .git: "git"
        case .push: "git_push"
        }
    }

    /// Names the trigger in the store: a changed expression is another trigger and starts from now.
    package var identity: String {
        switch self {
        case .cron(let expression, let zone): "cron \(expression) \(zone.identifier)"
        case .interval(let span): "interval \(span)"
        case .file(let pattern, _): "file \(pattern)"
        case .http: "http"
        case .git(let repository, let branch, _, _):
            "git \(ContentHash(of: repository).short) \(branch)"
        case .push(_, let branch, _): "git_push \(branch)"
        }
    }

    /// What a person reads; an address may hold a password, so a repository is not shown.
    package var sentence: String {
        switch self {
        case .cron(let expression, let zone): "\(expression) \(zone.identifier)"
        case .interval(let span): "every \(span)"
        case .file(let pattern, _): "files \(pattern)"
        case .http: "HTTP"
        case .git(_, let branch, let every, _): "git \(branch), asked every \(every)"
        case .push(_, let branch, _): "git push to \(branch)"
        }
    }

    /// The clock that starts it, when one does.
    package var schedule: Schedule? {
        switch self {
        case .cron(let expression, let zone): .cron(expression, zone)
        case .interval(let span): .interval(span)
        case .file, .http, .git, .push: nil
        }
    }

    /// The zone its dates are in; UTC unless it names another.
    package var zone: TimeZone {
        if case .cron(_, let zone) = self { return zone }
        return .gmt
    }
}

extension Trigger: DocumentChoice {
    package static var choices: [DocumentChoiceCase<Trigger>] {
        [
            DocumentChoiceCase("cron", CronEntry.self, "At moments on the clock.") { .cron($0.expression, $0.zone) },
            DocumentChoiceCase("interval", IntervalEntry.self, "Again and again.") { .interval($0.every) },
            DocumentChoiceCase("file", FileEntry.self, "When files arrive.") {
                .file(pattern: $0.path, settle: $0.settle)
            },
            DocumentChoiceCase("http", KeyEntry.self, "When a request asks.") { .http(key: $0.key) },
            DocumentChoiceCase("git", RepositoryEntry.self, "When a branch has a new commit.") {
                .git(repository: $0.repository, branch: $0.branch, every: $0.every, update: $0.update)
            },
            DocumentChoiceCase("git_push", PushEntry.self, "When GitHub or GitLab tells of a push.") {
                .push(secret: $0.secret, branch: $0.branch, update: $0.update)
            },
        ]
    }
}

/// `cron: {at: "0 2 * * *", timezone: Asia/Seoul}`.
private struct CronEntry: DocumentObject {
    let expression: CronExpression
    let zone: TimeZone

    init(from reader: ObjectReader) {
        let text = reader.required("at", String.self, "Five fields, such as '0 2 * * *', or a word such as '@daily'.")
        let name = reader.value("timezone", default: "UTC", "The zone of the clock.", documentedDefault: "UTC")
        do throws(JobError) {
            self.expression = try CronExpression(text)
        } catch {
            if reader.has("at") { reader.report(.documentInvalidValue, error.message, at: "at") }
            self.expression = .daily
        }
        if let zone = TimeZone(identifier: name), TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "UTC" {
            self.zone = zone
        } else {
            reader.report(
                .documentInvalidValue,
                "'\(name)' is no time zone; write one such as Asia/Seoul or UTC."
                    + NearestName.suggestion(name, among: TimeZone.knownTimeZoneIdentifiers),
                at: "timezone"
            )
            self.zone = .gmt
        }
    }
}

/// `interval: {every: 15m}`.
private struct IntervalEntry: DocumentObject {
    let every: TimeSpan

    init(from reader: ObjectReader) {
        self.every = reader.required("every", TimeSpan.self, "How far apart, at least 1s.")
        if self.every < .seconds(1) {
            reader.report(.documentInvalidValue, "every must be at least 1s", at: "every")
        }
    }
}

/// `file: {path: incoming/*.csv, settle: 5s}`.
private struct FileEntry: DocumentObject {
    let path: String
    let settle: TimeSpan

    init(from reader: ObjectReader) {
        self.path = reader.required("path", String.self, "A file or a pattern such as incoming/*.csv.")
        self.settle = reader.value(
            "settle",
            default: .seconds(5),
            "How long size and time of a file must stand still before it counts as whole.",
            documentedDefault: "5s"
        )
        if reader.has("path"), self.path.isEmpty {
            reader.report(
                .documentInvalidValue,
                "path names no file; write one, or a pattern such as incoming/*.csv",
                at: "path"
            )
        }
    }
}

/// `http: {key: "${NIGHTLY_KEY}"}`.
private struct KeyEntry: DocumentObject {
    let key: SecretText

    init(from reader: ObjectReader) {
        self.key = reader.required("key", SecretText.self, "The key a request must show; take it from the environment.")
    }
}

/// `git: {repository: https://…, branch: main, every: 1m}`.
private struct RepositoryEntry: DocumentObject {
    let repository: String
    let branch: String
    let every: TimeSpan
    let update: Bool

    init(from reader: ObjectReader) {
        self.repository = reader.required("repository", String.self, "The address or folder that git fetches from.")
        self.branch = reader.value("branch", default: "main", "The branch.", documentedDefault: "main")
        self.every = reader.value(
            "every",
            default: .seconds(60),
            "How often it is asked.",
            documentedDefault: "1m"
        )
        self.update = reader.value("update", default: true, Self.updateSummary, documentedDefault: true)
        if self.every < .seconds(1) {
            reader.report(.documentInvalidValue, "every must be at least 1s", at: "every")
        }
        if reader.has("repository"), self.repository.isEmpty {
            reader.report(
                .documentInvalidValue,
                "repository is empty; write an address, a folder, or a remote of the workspace such as origin",
                at: "repository"
            )
        }
        Self.check(self.branch, reader)
    }

    /// Reports a branch that git could not have.
    static func check(_ branch: String, _ reader: ObjectReader) {
        guard branch.isEmpty || branch.hasPrefix("refs/") || branch.contains(where: \.isWhitespace) else { return }
        reader.report(
            .documentInvalidValue,
            "'\(branch)' is no name of a branch; write one such as main",
            at: "branch"
        )
    }

    static let updateSummary = "Bring the workspace to the commit before the first step (git merge --ff-only)."
}

/// `git_push: {secret: "${GIT_SECRET}", branch: main}`.
private struct PushEntry: DocumentObject {
    let secret: SecretText
    let branch: String
    let update: Bool

    init(from reader: ObjectReader) {
        self.secret = reader.required("secret", SecretText.self, "The secret that GitHub signs with or GitLab sends.")
        self.branch = reader.value("branch", default: "main", "The branch.", documentedDefault: "main")
        self.update = reader.value("update", default: true, RepositoryEntry.updateSummary, documentedDefault: true)
        RepositoryEntry.check(self.branch, reader)
    }
}
