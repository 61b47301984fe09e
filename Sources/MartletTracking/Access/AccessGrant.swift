import MartletCore

/// What a request touches.
package enum AccessResource: Sendable, Hashable {
    /// The server as a whole: its accounts, its lists, its health.
    case server
    /// Something without a name that a pattern could fit; only a role on everything reaches it.
    case unnamed
    case experiment(String)
    case model(String)
    case endpoint(String)
}

/// Where a grant holds: everywhere, or for experiments, models or endpoints whose names fit a pattern.
package struct AccessScope: Sendable, Hashable, CustomStringConvertible {
    /// The kinds of things with names.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case experiment, model, endpoint
    }

    /// `nil` is everything.
    package let kind: Kind?
    package let pattern: NamePattern

    /// The whole server.
    package static let everything = AccessScope(kind: nil, pattern: .everything)

    private init(kind: Kind?, pattern: NamePattern) {
        self.kind = kind
        self.pattern = pattern
    }

    /// Holds for things of `kind` whose name fits `pattern`.
    package init(_ kind: Kind, _ pattern: NamePattern) {
        self.init(kind: kind, pattern: pattern)
    }

    /// Reads `*`, `experiment:PATTERN`, `model:PATTERN` or `endpoint:PATTERN`.
    ///
    /// - Throws: `access.invalidScope`.
    package init(_ text: String) throws(TrackingError) {
        guard text != "*" else {
            self = .everything
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let kinds = Kind.allCases.map(\.rawValue)
        guard parts.count == 2, let kind = Kind(rawValue: parts[0]) else {
            throw TrackingError(
                .invalidScope,
                "'\(text.prefix(60))' does not say where a role holds; write '*' for everything, or experiment:PATTERN, "
                    + "model:PATTERN or endpoint:PATTERN."
                    + NearestName.suggestion(parts.first ?? "", among: kinds)
            )
        }
        self.init(kind: kind, pattern: try NamePattern(parts[1]))
    }

    /// Whether the scope holds for `resource`; the server as a whole only fits everything.
    package func contains(_ resource: AccessResource) -> Bool {
        guard let kind = self.kind else { return true }
        return switch resource {
        case .server, .unnamed: false
        case .experiment(let name): kind == .experiment && self.pattern.matches(name)
        case .model(let name): kind == .model && self.pattern.matches(name)
        case .endpoint(let name): kind == .endpoint && self.pattern.matches(name)
        }
    }

    package var description: String { self.kind.map { "\($0.rawValue):\(self.pattern)" } ?? "*" }
}

/// A role of an account, and where it holds.
package struct AccessGrant: Sendable, Hashable {
    package var account: String
    package var role: Role
    package var scope: AccessScope
    package var author: Attribution

    /// Describes a grant; an account has at most one for each scope.
    package init(account: String, role: Role, scope: AccessScope, author: Attribution) {
        self.account = account
        self.role = role
        self.scope = scope
        self.author = author
    }
}
