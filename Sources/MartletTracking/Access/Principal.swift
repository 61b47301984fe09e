package import MartletCore

/// The one who makes a request, after the credentials were checked.
package struct Principal: Sendable, Hashable {
    /// The account's name, as the ledger writes it.
    package let name: String
    /// The person behind the account.
    package let person: String
    package let grants: [AccessGrant]
    /// The key that was shown; `nil` when a token was.
    package let keyID: String?

    /// Names who asks.
    package init(name: String, person: String, grants: [AccessGrant], keyID: String?) {
        self.name = name
        self.person = person
        self.grants = grants
        self.keyID = keyID
    }

    /// The one whose request the current task answers; `nil` when the server asks for no credentials.
    ///
    /// Set by the middleware around every route, so that whatever a request changes is attributed to its account and
    /// never to a name the request claims.
    @TaskLocal package static var current: Principal?

    /// Who acts: the account of the current request, else `name`.
    ///
    /// A `name` that is missing or blank becomes `anonymous`, so that a change always has an author.
    package static func attribution(
        orClaimed name: String?,
        at now: EventTime,
        reason: String? = nil
    ) -> Attribution {
        let claimed = name.flatMap { $0.contains { !$0.isWhitespace } ? $0 : nil }
        return Attribution(by: Self.current?.name ?? claimed ?? "anonymous", at: now, reason: reason)
    }

    /// Checks that the principal may do `action`.
    ///
    /// - Throws: `access.refused`, with the role that is needed.
    package func require(_ action: AccessAction, on resource: AccessResource) throws(TrackingError) {
        if case .refused(let needed, let held) = AccessPolicy.decide(action, on: resource, by: self.grants) {
            throw TrackingError(.accessRefused, Self.refusal(self.name, action, resource, needed, held))
        }
    }

    /// Whether the principal may do `action` everywhere, so that nothing needs to be looked up.
    package func may(everywhere action: AccessAction) -> Bool {
        AccessPolicy.decide(action, on: .unnamed, by: self.grants).isAllowed
    }

    /// Checks that the one whose request the current task answers may do `action`; without credentials, everyone may.
    ///
    /// - Throws: `access.refused`.
    package static func require(_ action: AccessAction, on resource: AccessResource) throws(TrackingError) {
        try Self.current?.require(action, on: resource)
    }

    private static func refusal(
        _ name: String,
        _ action: AccessAction,
        _ resource: AccessResource,
        _ needed: Role,
        _ held: Role?
    ) -> String {
        let place =
            switch resource {
            case .server: "the server"
            case .unnamed: "this"
            case .experiment(let name): "the experiment '\(name)'"
            case .model(let name): "the model '\(name)'"
            case .endpoint(let name): "the endpoint '\(name)'"
            }
        let what =
            switch action {
            case .read: "read"
            case .predict: "ask for predictions of"
            case .write: "write to"
            case .decide: "approve or reject versions of"
            case .deploy: "deploy to"
            case .remove: "delete"
            case .administer: "administer"
            }
        let has = held.map { "is \($0.rawValue) there" } ?? "has no role there"
        return "'\(name)' may not \(what) \(place): it needs the role \(needed.rawValue) and \(has); "
            + "an administrator grants it with `martlet roles grant`"
    }
}
