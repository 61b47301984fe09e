import MartletCore

/// Who may decide on a version.
package enum ApprovalRule: String, Sendable, Hashable, CaseIterable {
    /// Anyone who may decide at all.
    case anyone
    /// Not the person who registered the version.
    case fourEyes = "four-eyes"

    /// Checks that `decider` may decide on a version that `registrant` registered.
    ///
    /// Both are persons: for a service account, its owner. Case and surrounding space do not make two persons of one.
    ///
    /// - Throws: `registry.fourEyes`.
    package func check(
        decider: String,
        registrant: String,
        of subject: ModelVersionID
    ) throws(TrackingError) {
        guard self == .fourEyes, Self.plain(decider) == Self.plain(registrant) else { return }
        throw TrackingError(
            .fourEyes,
            "\(subject) was registered by \(registrant), who cannot decide on it too; the workspace asks for four eyes, "
                + "so another person must approve or reject it"
        )
    }

    private static func plain(_ name: String) -> String {
        var name = name[...]
        while name.first?.isWhitespace == true { name.removeFirst() }
        while name.last?.isWhitespace == true { name.removeLast() }
        return name.lowercased()
    }
}

extension Approval {
    /// The names of the tags under which clients of other registries see an approval; nobody sets them by hand.
    package enum Tag {
        package static let status = "martlet.approval_status"
        package static let decidedBy = "martlet.approval_decided_by"
        package static let decidedAt = "martlet.approval_decided_at"
        package static let reason = "martlet.approval_reason"

        /// What all of them begin with.
        package static let prefix = "martlet.approval_"
    }

    /// The approval as tags of its version.
    package var tags: [String: String] {
        var tags = [Tag.status: self.status.rawValue]
        if let decision = self.decision {
            tags[Tag.decidedBy] = decision.actor
            tags[Tag.decidedAt] = decision.at.description
            tags[Tag.reason] = decision.reason
        }
        return tags
    }

    /// Checks that `key` is not one of the tags that show an approval.
    ///
    /// - Throws: `registry.reservedTag`.
    package static func checkTag(_ key: String) throws(TrackingError) {
        guard key.hasPrefix(Tag.prefix) else { return }
        throw TrackingError(
            .reservedTag,
            "the tag '\(key.prefix(80))' shows a version's approval and is not set by hand; approve or reject the version"
        )
    }
}
