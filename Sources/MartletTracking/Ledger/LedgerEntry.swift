package import MartletCore

/// Something that changed a model's fate, before it has its place in the ledger.
package struct LedgerRecord: Sendable, Hashable {
    package var at: EventTime
    package var actor: String
    package var action: LedgerAction
    /// What it was done to, such as `model:price:3` or `endpoint:price`.
    package var subject: String
    package var payload: JSONValue

    /// Describes what happened.
    package init(_ action: LedgerAction, of subject: String, _ author: Attribution, payload: [String: JSONValue] = [:])
    {
        self.at = author.at
        self.actor = author.actor
        self.action = action
        self.subject = subject
        var members = payload
        if let reason = author.reason { members["reason"] = .string(reason) }
        self.payload = .object(members)
    }
}

/// What was done, such as `version.approved`.
///
/// A struct, so that another domain adds its own actions as static members.
package struct LedgerAction: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Makes the action written `description`: the kind of thing, a dot, what happened to it.
    package init(_ description: String) { self.description = description }

    package static let modelCreated = LedgerAction("model.created")
    package static let modelRenamed = LedgerAction("model.renamed")
    package static let modelDescribed = LedgerAction("model.described")
    package static let modelTagged = LedgerAction("model.tagged")
    package static let modelDeleted = LedgerAction("model.deleted")
    package static let versionDescribed = LedgerAction("version.described")
    package static let versionRegistered = LedgerAction("version.registered")
    package static let versionApproved = LedgerAction("version.approved")
    package static let versionRejected = LedgerAction("version.rejected")
    package static let versionStaged = LedgerAction("version.staged")
    package static let versionTagged = LedgerAction("version.tagged")
    package static let versionDeleted = LedgerAction("version.deleted")
    package static let aliasSet = LedgerAction("alias.set")
    package static let aliasRemoved = LedgerAction("alias.removed")
    package static let endpointDeployed = LedgerAction("endpoint.deployed")
    package static let endpointRouted = LedgerAction("endpoint.routed")
    package static let endpointRemoved = LedgerAction("endpoint.removed")
    package static let alertFired = LedgerAction("alert.fired")
    package static let alertEscalated = LedgerAction("alert.escalated")
    package static let alertResolved = LedgerAction("alert.resolved")
    package static let alertActed = LedgerAction("alert.acted")
    package static let alertAcknowledged = LedgerAction("alert.acknowledged")
    package static let alertSilenced = LedgerAction("alert.silenced")
}

/// One link of the ledger's chain.
///
/// `hash` is the SHA-256 of the canonical JSON array of all other parts, the previous entry's hash among them; so no
/// part of an entry, and no entry before another, can change without the change being found.
package struct LedgerEntry: Sendable, Hashable {
    /// 1 for the first, then one more each.
    package var sequence: Int64
    package var at: EventTime
    package var actor: String
    package var action: String
    package var subject: String
    /// Canonical JSON as it was hashed.
    package var payload: String
    package var previousHash: ContentHash
    package var hash: ContentHash

    /// Takes an entry as a store holds it, right or wrong.
    package init(
        sequence: Int64,
        at: EventTime,
        actor: String,
        action: String,
        subject: String,
        payload: String,
        previousHash: ContentHash,
        hash: ContentHash
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.payload = payload
        self.previousHash = previousHash
        self.hash = hash
    }

    /// Gives `record` the place after `head`.
    package init(_ record: LedgerRecord, after head: LedgerHead) {
        self.init(
            sequence: head.sequence + 1,
            at: record.at,
            actor: record.actor,
            action: record.action.description,
            subject: record.subject,
            payload: record.payload.canonicalText,
            previousHash: head.hash,
            hash: head.hash
        )
        self.hash = self.computedHash
    }

    /// The hash that the entry should have.
    package var computedHash: ContentHash {
        let parts: JSONValue = [
            .integer(self.sequence), .integer(self.at.microseconds), .string(self.actor), .string(self.action),
            .string(self.subject), .string(self.payload), .string(self.previousHash.description),
        ]
        return ContentHash(of: parts.canonicalText)
    }

    /// What a ledger whose last entry is this one ends with.
    package var head: LedgerHead { LedgerHead(sequence: self.sequence, hash: self.hash) }
}

/// The end of a ledger: how many entries there are, and the hash of the last.
///
/// A head that was written down elsewhere proves later that nothing before it was changed or cut off.
package struct LedgerHead: Sendable, Hashable, Codable {
    package let sequence: Int64
    package let hash: ContentHash

    /// Names the end of a ledger.
    package init(sequence: Int64, hash: ContentHash) {
        self.sequence = sequence
        self.hash = hash
    }

    /// The end of a ledger without entries.
    package static let empty = LedgerHead(sequence: 0, hash: ContentHash(of: "martlet ledger"))
}
