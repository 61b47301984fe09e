/// Whether somebody may do something, and if not, why.
package enum AccessDecision: Sendable, Hashable {
    case allowed
    /// `held` is the role there is, `nil` when none is.
    case refused(needed: Role, held: Role?)

    /// Whether it is allowed.
    package var isAllowed: Bool { self == .allowed }
}

/// Decides what accounts may do, from their grants alone.
package enum AccessPolicy {
    /// The highest role that `grants` give on `resource`.
    ///
    /// Any grant lets its account read what belongs to the server as a whole, such as the list of endpoints, whose
    /// entries are then narrowed to what it may see.
    package static func role(on resource: AccessResource, by grants: [AccessGrant]) -> Role? {
        var highest: Role?
        for grant in grants {
            let role: Role
            if grant.scope.contains(resource) {
                role = grant.role
            } else if resource == .server {
                role = .viewer
            } else {
                continue
            }
            if highest.map({ $0 < role }) ?? true { highest = role }
        }
        return highest
    }

    /// Decides whether `grants` allow `action` on `resource`.
    package static func decide(
        _ action: AccessAction,
        on resource: AccessResource,
        by grants: [AccessGrant]
    ) -> AccessDecision {
        let held = Self.role(on: resource, by: grants)
        let needed = action.leastRole
        if let held, held >= needed { return .allowed }
        return .refused(needed: needed, held: held)
    }
}
