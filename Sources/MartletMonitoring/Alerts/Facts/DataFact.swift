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
        guard let age = self.staleness(at: now) else { return [] }
        let view = Remark("alert.subject.view", "feature view \(self.name)")
        var finding = self.finding(.featuresStale, age.summary(features.all ?? view))
        finding.summaryRemarks = features.byEndpoint.mapValues(age.summary)
        return [finding]
    }

    private var isSource: Bool { self.subject.hasPrefix("source:") }
    var name: String { String(self.subject.drop { $0 != ":" }.dropFirst()) }

    private func sourceFindings(_ objectives: ServiceObjectives, at now: EventTime) -> [AlertFinding] {
        var findings: [AlertFinding] = []
        if let age = self.staleness(at: now) {
            findings.append(
                self.finding(.sourceStale, age.summary(Remark("alert.subject.source", "source \(self.name)")))
            )
        }
        guard let last = self.standing?.last else { return findings }
        switch last.outcome {
        case .failed: findings.append(self.finding(.sourceFails, self.failure(last.reason)))
        case .refused: findings.append(self.finding(.gateFailed, self.refusal(last.reason)))
        case .fallback: findings.append(self.finding(.fallbackInUse, self.fallback(last.reason)))
        case .fresh, .nothingNew: break
        }
        if !last.schemaChanges.isEmpty {
            let changes = last.schemaChanges.prefix(3).joined(separator: ", ")
            findings.append(
                self.finding(
                    .schemaChanged,
                    last.schemaChanges.count > 3
                        ? Remark(
                            "alert.schemaChangedMore",
                            "the schema of source \(self.name) changed: \(changes) and more"
                        )
                        : Remark("alert.schemaChanged", "the schema of source \(self.name) changed: \(changes)")
                )
            )
        }
        let held = last.quarantinedCount
        let rows = last.rowCount + held
        let share = Double(held) / Double(max(rows, 1))
        if held > 0, share > objectives.quarantineShare {
            findings.append(
                self.finding(
                    .rowsQuarantined,
                    Remark(
                        "alert.quarantined",
                        "\(held) of \(rows) rows of \(self.name) are in quarantine (\(.percent(share)))"
                    )
                )
            )
        }
        if self.loads.total >= Self.fewestLoads, let bad = self.loads.share, 1 - bad < objectives.collectionAlertShare {
            findings.append(self.finding(.collectionFails, self.collection(bad)))
        }
        return findings
    }

    private func failure(_ reason: Remark?) -> Remark {
        guard let reason else { return Remark("alert.sourceFails", "source \(self.name) could not be loaded") }
        return Remark("alert.sourceFailsWhy", "source \(self.name) could not be loaded: \(reason)")
    }

    private func refusal(_ reason: Remark?) -> Remark {
        guard let reason else { return Remark("alert.gateFailed", "ingest gate of \(self.name) failed") }
        return Remark("alert.gateFailedWhy", "ingest gate of \(self.name) failed: \(reason)")
    }

    private func fallback(_ reason: Remark?) -> Remark {
        guard let reason else { return Remark("alert.fallback", "\(self.name) is read from its fallback") }
        return Remark("alert.fallbackWhy", "\(self.name) is read from its fallback: \(reason)")
    }

    private func collection(_ bad: Double) -> Remark {
        let (good, all) = (self.loads.total - self.loads.bad, self.loads.total)
        let share = Remark.percent(1 - bad)
        return Remark(
            "alert.collection",
            "only \(share) of the loads of \(self.name) in 30 days succeeded (\(good) of \(all))"
        )
    }

    /// How long something was not brought up to date, and what was promised.
    private struct Staleness {
        let age: Remark
        let promise: Remark

        /// Says so of `what`.
        func summary(_ what: Remark) -> Remark {
            Remark("alert.stale", "\(what) stale \(self.age) (\(self.promise))")
        }
    }

    private func staleness(at now: EventTime) -> Staleness? {
        guard let age = self.age(at: now), let limit = self.ageLimit, age > limit else { return nil }
        let promise =
            switch self.limit {
            case .due: Remark("alert.twoMissed", "two of its times passed without success")
            case .age, nil: Remark("alert.atMost", "\(.length(limit)) at most")
            }
        return Staleness(age: .length(age), promise: promise)
    }

    private func finding(_ rule: AlertRule, _ summary: Remark) -> AlertFinding {
        AlertFinding(rule, about: self.subject, summary: summary)
    }
}
