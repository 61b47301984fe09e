extension Principal {
    /// The one whose request the current task answers, when `action` has to be decided thing by thing.
    ///
    /// - Returns: `nil` when nobody was asked for credentials, or when the account may do it everywhere, so that nothing
    ///   needs to be looked up.
    static func limited(in action: AccessAction) -> Principal? {
        guard let current = Self.current, !current.may(everywhere: action) else { return nil }
        return current
    }

    /// Whether the principal may do `action` on `resource`.
    package func may(_ action: AccessAction, on resource: AccessResource) -> Bool {
        AccessPolicy.decide(action, on: resource, by: self.grants).isAllowed
    }
}
