package import MartletCore

/// Somebody who may ask for something: a person, or a program that acts for one.
package struct Account: Sendable, Hashable {
    /// The kinds of accounts.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case user, service
    }

    package var name: String
    package var kind: Kind
    /// The person a service account acts for; what the service registers counts as registered by that person.
    package var owner: String?
    package var author: Attribution
    /// When it was disabled; its keys then open nothing.
    package var disabledAt: EventTime?

    /// Describes an account as a store holds it.
    package init(
        name: String,
        kind: Kind,
        owner: String? = nil,
        author: Attribution,
        disabledAt: EventTime? = nil
    ) {
        self.name = name
        self.kind = kind
        self.owner = owner
        self.author = author
        self.disabledAt = disabledAt
    }

    /// The person behind the account: its owner, else itself.
    package var person: String { self.owner ?? self.name }

    /// Checks the name and the owner.
    ///
    /// - Throws: `access.invalidAccount`.
    package func validate() throws(TrackingError) {
        try Self.checkName(self.name)
        if let owner = self.owner {
            try Self.checkName(owner)
            guard self.kind == .service else {
                throw TrackingError(.invalidAccount, "the user '\(self.name)' cannot have an owner; only a service can")
            }
            guard owner != self.name else {
                throw TrackingError(
                    .invalidAccount,
                    "'\(self.name)' cannot be its own owner; name the person behind it"
                )
            }
        }
    }

    /// Checks a name: 1 to 100 letters, digits, `-`, `_`, `.`, `@` and `+`, so that it may stand in a Basic header.
    ///
    /// - Throws: `access.invalidAccount`.
    package static func checkName(_ name: String) throws(TrackingError) {
        let isName =
            (1...100).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_.@+".unicodeScalars.contains(scalar)
            }
        guard isName else {
            throw TrackingError(
                .invalidAccount,
                "'\(name.prefix(40))' cannot be an account; use 1 to 100 letters, digits, '-', '_', '.', '@' and '+'"
            )
        }
    }
}
