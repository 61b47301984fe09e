/// What somebody is told of an alert.
package struct AlertTransition: Sendable, Hashable {
    /// What happened to it.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case fired
        case escalated
        case resolved
    }

    package let kind: Kind
    package let alert: Alert

    /// Says what happened to `alert`.
    package init(kind: Kind, alert: Alert) {
        self.kind = kind
        self.alert = alert
    }

    /// Whether it is told again because it became worse; what escalates otherwise was not taken on in time.
    package var isWorse: Bool {
        guard self.kind == .escalated, let worsenedAt = self.alert.worsenedAt else { return false }
        return self.alert.escalatedAt.map { $0 < worsenedAt } ?? true
    }
}
