package import MartletCore

/// How fresh something is: a source, or the rows of a feature view.
package struct DataFact: Sendable, Hashable {
    /// Such as `source:sales` or `view:prices`.
    package let subject: String
    /// `nil` when it was never tried.
    package let standing: DataStanding?
    /// How old it may be; `nil` when nothing says.
    package let limit: Limit?
    /// How many loads of the last 30 days succeeded, failed ones as bad.
    package let loads: FaultCount

    /// How old something may be.
    package enum Limit: Sendable, Hashable {
        /// New rows must come within this time.
        case age(TimeSpan)
        /// Another try must succeed until this moment, by the schedule.
        case due(EventTime)
    }

    /// Describes how fresh something is.
    package init(subject: String, standing: DataStanding?, limit: Limit?, loads: FaultCount) {
        self.subject = subject
        self.standing = standing
        self.limit = limit
        self.loads = loads
    }

    /// The age at `now` by which it is judged; `nil` when it was never there.
    package func age(at now: EventTime) -> TimeSpan? {
        let last: EventTime? =
            switch self.limit {
            case .due: self.standing?.succeededAt
            case .age, nil: self.standing?.freshAt
            }
        return last.map { TimeSpan(microseconds: now.microseconds - $0.microseconds) }
    }

    /// The greatest age that is right; `nil` when nothing says.
    package var ageLimit: TimeSpan? {
        switch self.limit {
        case .age(let span): span
        case .due(let moment):
            self.standing?.succeededAt
                .map { TimeSpan(microseconds: max(0, moment.microseconds - $0.microseconds)) }
        case nil: nil
        }
    }

    /// Fewer loads say nothing of a share.
    private static let fewestLoads = 10

    func findings(
        _ objectives: ServiceObjectives,
        at now: EventTime,
        _ features: StaleFeatures
    ) -> [AlertFinding] {
        if self.isSource { return self.sourceFindings(objectives, at: now) }
        return self.stale(.featuresStale, "feature view \(self.name)", at: now)
            .map { finding in
                var finding = finding
                let age = String(finding.summary.dropFirst("feature view \(self.name)".count))
                if let all = features.all { finding.summary = all + age }
                finding.summaries = features.byEndpoint.mapValues { $0 + age }
                return finding
            }
    }

    private var isSource: Bool { self.subject.hasPrefix("source:") }
    var name: String { String(self.subject.drop { $0 != ":" }.dropFirst()) }

    private func sourceFindings(_ objectives: ServiceObjectives, at now: EventTime) -> [AlertFinding] {
        var findings = self.stale(.sourceStale, "source \(self.name)", at: now)
        guard let last = self.standing?.last else { return findings }
        let reason = last.message.map { ": \($0)" } ?? ""
        switch last.outcome {
        case .failed:
            findings.append(self.finding(.sourceFails, "source \(self.name) could not be loaded\(reason)"))
        case .refused:
            findings.append(self.finding(.gateFailed, "ingest gate of \(self.name) failed\(reason)"))
        case .fallback:
            findings.append(self.finding(.fallbackInUse, "\(self.name) is read from its fallback\(reason)"))
        case .fresh, .nothingNew: break
        }
        if !last.schemaChanges.isEmpty {
            let changes = last.schemaChanges.prefix(3).joined(separator: ", ")
            let more = last.schemaChanges.count > 3 ? " and more" : ""
            findings.append(
                self.finding(.schemaChanged, "the schema of source \(self.name) changed: \(changes)\(more)")
            )
        }
        let rows = last.rowCount + last.quarantinedCount
        let share = Double(last.quarantinedCount) / Double(max(rows, 1))
        if last.quarantinedCount > 0, share > objectives.quarantineShare {
            findings.append(
                self.finding(
                    .rowsQuarantined,
                    "\(last.quarantinedCount) of \(rows) rows of \(self.name) are in quarantine "
                        + "(\(AlertFacts.percent(share)))"
                )
            )
        }
        if self.loads.total >= Self.fewestLoads, let bad = self.loads.share, 1 - bad < objectives.collectionAlertShare {
            findings.append(
                self.finding(
                    .collectionFails,
                    "only \(AlertFacts.percent(1 - bad)) of the loads of \(self.name) in 30 days succeeded "
                        + "(\(self.loads.total - self.loads.bad) of \(self.loads.total))"
                )
            )
        }
        return findings
    }

    private func stale(_ rule: AlertRule, _ what: String, at now: EventTime) -> [AlertFinding] {
        guard let age = self.age(at: now), let limit = self.ageLimit, age > limit else { return [] }
        let promise =
            switch self.limit {
            case .due: "two of its times passed without success"
            case .age, nil: "\(Self.text(limit)) at most"
            }
        return [self.finding(rule, "\(what) stale \(Self.text(age)) (\(promise))")]
    }

    private func finding(_ rule: AlertRule, _ summary: String) -> AlertFinding {
        AlertFinding(rule, about: self.subject, summary: summary)
    }

    /// Whole days, hours or minutes, rounded down.
    static func text(_ span: TimeSpan) -> String {
        let minutes = span.microseconds / 60_000_000
        if minutes >= 2 * 24 * 60 { return "\(minutes / (24 * 60)) d" }
        if minutes >= 60 { return "\(minutes / 60) h" }
        return minutes > 0 ? "\(minutes) min" : "\(span.microseconds / 1_000_000) s"
    }
}
