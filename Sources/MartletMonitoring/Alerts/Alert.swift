package import MartletCore

/// Something that is or was wrong, from when it was first found until it is over.
package struct Alert: Sendable, Hashable, Codable {
    /// Where an alert stands.
    package enum Phase: String, Sendable, Hashable, Codable {
        /// Found, but not for long enough yet.
        case pending
        /// Somebody was told, or will be when a silence or quiet hours end.
        case firing
        /// It is over.
        case resolved
    }

    /// A person who took it on.
    package struct Acknowledgement: Sendable, Hashable, Codable {
        package let by: String
        package let at: EventTime

        /// Records who took it on.
        package init(by actor: String, at moment: EventTime) {
            self.by = actor
            self.at = moment
        }
    }

    package let key: String
    package let rule: String
    package let subject: String
    package internal(set) var priority: AlertPriority
    package internal(set) var summary: String
    package internal(set) var causes: [String]
    /// What else came of the same cause; absent when nothing is known.
    package internal(set) var consequences: [String]?
    /// The same sentences with their codes and values; absent for what was kept before there were any.
    private var remarks: AlertRemarks?
    /// The same as it was when somebody was told of it last, by what was told.
    private var toldRemarks: [String: AlertRemarks]?
    private var mergedRules: [String]?
    private var sufferers: [String]?
    package internal(set) var runbook: String
    package internal(set) var phase: Phase
    package let firstFoundAt: EventTime
    package internal(set) var lastFoundAt: EventTime
    /// When somebody was told; `nil` while nobody was.
    package internal(set) var toldAt: EventTime?
    /// When it was told again as it became worse; `nil` while it did not.
    package internal(set) var worsenedAt: EventTime?
    /// How bad it was when it was told last.
    var toldPriority: AlertPriority?
    /// When it was told again, as nobody took it on in time.
    package internal(set) var escalatedAt: EventTime?
    package internal(set) var acknowledgement: Acknowledgement?
    package internal(set) var resolvedAt: EventTime?

    init(_ finding: AlertFinding, at now: EventTime) {
        self.key = finding.key
        self.rule = finding.rule
        self.subject = finding.subject
        self.priority = finding.priority
        self.summary = finding.summary
        self.causes = finding.causes
        self.consequences = finding.consequences.isEmpty ? nil : finding.consequences
        self.remarks = AlertRemarks(finding)
        (self.mergedRules, self.sufferers) = (finding.rules, finding.endpoints)
        self.runbook = finding.runbook
        self.phase = .pending
        self.firstFoundAt = now
        self.lastFoundAt = now
    }

    /// Takes in what is found now; a better priority than before would hide how bad it was.
    mutating func update(_ finding: AlertFinding, at now: EventTime) {
        if finding.priority < self.priority { self.priority = finding.priority }
        (self.summary, self.causes) = (finding.summary, finding.causes)
        self.consequences = finding.consequences.isEmpty ? nil : finding.consequences
        self.remarks = AlertRemarks(finding)
        (self.mergedRules, self.sufferers) = (finding.rules, finding.endpoints)
        self.runbook = finding.runbook
        self.lastFoundAt = now
    }

    /// The summary for readers of other languages.
    package var summaryRemark: Remark { self.remarks?.summary ?? Remark(said: self.summary) }

    /// What led to it for readers of other languages, the nearest cause first.
    package var causeRemarks: [Remark] { self.remarks?.causes ?? self.causes.map(Remark.init(said:)) }

    /// What else came of the same cause for readers of other languages.
    package var consequenceRemarks: [Remark] {
        self.remarks?.consequences ?? (self.consequences ?? []).map(Remark.init(said:))
    }

    /// Keeps what is said of it as it is told now.
    mutating func keepRemarks(of kind: AlertTransition.Kind) {
        if let remarks { self.toldRemarks = (self.toldRemarks ?? [:]).merging([kind.rawValue: remarks]) { $1 } }
    }

    /// What was said when `kind` was told of it with these texts; `nil` where nobody kept it.
    func remarks(of kind: AlertTransition.Kind, saying summary: String, _ causes: [String]) -> AlertRemarks? {
        [self.toldRemarks?[kind.rawValue], self.remarks].compactMap(\.self).first { $0.says(summary, causes) }
    }

    /// Names this time that it was wrong: the same from when it was found until it is over, another the next time.
    package var id: String {
        "a" + ContentHash(of: "\(self.key) \(self.firstFoundAt.microseconds)").description.prefix(15)
    }

    /// Alerts of one group are told together.
    ///
    /// They are about the same endpoint, or where none suffers about the same thing.
    package var group: String { self.endpoints.first.map { "endpoint:\($0)" } ?? self.subject }

    /// All rules that it stands for, its own first.
    package var rules: [String] { self.mergedRules ?? [self.rule] }

    /// The endpoints that it is about or that suffer from it, in the order of names.
    package var endpoints: [String] {
        if let sufferers { return sufferers }
        return self.subject.hasPrefix("endpoint:") ? [String(self.subject.dropFirst("endpoint:".count))] : []
    }

    /// Notes that somebody took it on; the first who did stays.
    package mutating func acknowledge(by actor: String, at now: EventTime) {
        if self.acknowledgement == nil { self.acknowledgement = Acknowledgement(by: actor, at: now) }
    }

    /// The summary with what led to it: `error +24 % ← area drifted`.
    package var chain: String { ([self.summary] + self.causes).joined(separator: " ← ") }
}
