/// What an account may do where its grant holds; each role may do all that the one before it may.
package enum Role: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Reads, and asks for predictions.
    case viewer
    /// Logs runs, registers versions, sets tags and aliases.
    case contributor
    /// Approves and rejects versions, and deploys them.
    case approver
    /// Deletes experiments and models; granted on everything, also keeps accounts, keys, roles and webhooks.
    case admin

    package static func < (lhs: Role, rhs: Role) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .contributor: 1
        case .approver: 2
        case .admin: 3
        }
    }
}

/// Something that an account asks to do.
package enum AccessAction: String, Sendable, Hashable, CaseIterable {
    case read, predict, write, decide, deploy, remove, administer

    /// The least role that may do it.
    package var leastRole: Role {
        switch self {
        case .read, .predict: .viewer
        case .write: .contributor
        case .decide, .deploy: .approver
        case .remove, .administer: .admin
        }
    }
}
