package import MartletCore

/// What is said of an alert with codes and values, for readers of other languages than English.
package struct AlertRemarks: Sendable, Hashable, Codable {
    package let summary: Remark
    /// What led to it, the nearest cause first.
    package let causes: [Remark]
    /// What else came of the same cause.
    package let consequences: [Remark]

    /// Holds sentences.
    package init(summary: Remark, causes: [Remark] = [], consequences: [Remark] = []) {
        self.summary = summary
        self.causes = causes
        self.consequences = consequences
    }

    /// What `finding` says.
    init(_ finding: AlertFinding) {
        self.init(
            summary: finding.summaryRemark,
            causes: finding.causeRemarks,
            consequences: finding.consequenceRemarks
        )
    }

    /// Whether this is what was said in English.
    func says(_ summary: String, _ causes: [String]) -> Bool {
        self.summary.text == summary && self.causes.map(\.text) == causes
    }
}
