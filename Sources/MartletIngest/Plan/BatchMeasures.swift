package import MartletCore

/// What a warehouse measured of a cleaned batch, and all that the decision about it rests on.
package struct BatchMeasures: Sendable, Hashable {
    package let rowsRead: Int
    package let rowsQuarantined: Int
    /// The rows that would be loaded.
    package let rowCount: Int
    /// The newest value of each column with a freshness rule; absent when the batch has none.
    package let newest: [String: EventTime]
    /// The mean of each column with a mean rule; absent when the batch has no value.
    package let means: [String: Double]
    /// The same over the batches loaded before; absent without history.
    package let historicalMeans: [String: Double]
    /// Rows that broke rules of severity `stop`.
    package let stopped: [RuleCount]
    /// What gates about distributions compare, by the place of the rule among the expectations.
    package let profiles: [Int: GateProfiles]
    /// What rules about totals compare, by the place of the rule among the expectations.
    package let totals: [Int: TotalMeasures]

    /// Records measurements.
    package init(
        rowsRead: Int,
        rowsQuarantined: Int,
        rowCount: Int,
        newest: [String: EventTime],
        means: [String: Double],
        historicalMeans: [String: Double],
        stopped: [RuleCount],
        profiles: [Int: GateProfiles] = [:],
        totals: [Int: TotalMeasures] = [:]
    ) {
        self.rowsRead = rowsRead
        self.rowsQuarantined = rowsQuarantined
        self.rowCount = rowCount
        self.newest = newest
        self.means = means
        self.historicalMeans = historicalMeans
        self.stopped = stopped
        self.profiles = profiles
        self.totals = totals
    }
}

extension SourceDefinition {
    /// The columns whose newest value the rules ask for.
    package var freshnessColumns: [String] {
        self.expectations.compactMap { if case .freshness(let rule) = $0 { rule.column.name } else { nil } }
    }

    /// The columns whose mean the rules ask for.
    package var meanColumns: [String] {
        self.expectations.compactMap { if case .meanWithin(let rule) = $0 { rule.column.name } else { nil } }
    }

    /// Why the batch must not be loaded, one sentence for each broken rule; empty when it may.
    package func refusals(of measures: BatchMeasures, at now: EventTime) -> [Remark] {
        let stopped = measures.stopped.filter { $0.count > 0 }
            .map { broken in
                Remark("ingest.stopped", "\(broken.count) rows break rule \(broken.label), which stops the batch")
            }
        return stopped
            + self.expectations.enumerated()
            .compactMap { index, expectation in
                if let profiles = measures.profiles[index] { return expectation.refusal(profiles) }
                if case .total(let rule) = expectation { return Self.refusal(by: rule, measures.totals[index]) }
                return self.refusal(by: expectation, measures, now)
            }
    }

    private func refusal(by expectation: Expectation, _ measures: BatchMeasures, _ now: EventTime) -> Remark? {
        switch expectation {
        case .rowCount(let rule):
            let count = measures.rowCount
            if let minimum = rule.minimum, count < minimum {
                return Remark(
                    "ingest.tooFew",
                    "row_count: \(count) rows would be loaded, at least \(minimum) are expected"
                )
            }
            if let maximum = rule.maximum, count > maximum {
                return Remark(
                    "ingest.tooMany",
                    "row_count: \(count) rows would be loaded, at most \(maximum) are expected"
                )
            }
            return nil
        case .freshness(let rule):
            let name = rule.column.name
            guard let newest = measures.newest[name] else { return .noValue("freshness(\(name))") }
            guard newest < now - rule.maximumAge else { return nil }
            return Remark(
                "ingest.old",
                "freshness(\(name)): the newest value is \(newest), older than \(rule.maximumAge) at \(now)"
            )
        case .meanWithin(let rule):
            return self.refusal(by: rule, measures)
        case .quarantinedShare(let rule):
            guard measures.rowsRead > 0 else { return nil }
            let share = Double(measures.rowsQuarantined) / Double(measures.rowsRead)
            guard share > rule.maximum else { return nil }
            let (held, read) = (measures.rowsQuarantined, measures.rowsRead)
            return Remark(
                "ingest.heldShare",
                """
                quarantined_share: \(held) of \(read) rows are quarantined, at most \
                \(GateFigure.percent(rule.maximum)) may be
                """
            )
        case .notNull, .range, .allowed, .pattern, .condition, .unique, .references, .quantilesWithin, .nullShare,
            .mixWithin, .total:
            return nil
        }
    }

    private static func refusal(by rule: Expectation.Total, _ measures: TotalMeasures?) -> Remark? {
        guard let found = measures?.found else {
            return Remark("ingest.totalAbsent", "total \(rule.name): the batch gives no number")
        }
        guard let expected = measures?.expected else {
            return Remark(
                "ingest.totalUnknown",
                "total \(rule.name): the other tables give no number; are they loaded?"
            )
        }
        guard abs(found - expected) > abs(expected) * rule.percent / 100 else { return nil }
        let (here, there) = (GateFigure.exact(found), GateFigure.exact(expected))
        return rule.percent > 0
            ? Remark(
                "ingest.totalApart",
                """
                total \(rule.name): \(here) in the batch, \(there) expected; at most \
                \(GateFigure.text(rule.percent)) % apart is allowed
                """
            )
            : Remark("ingest.totalDiffers", "total \(rule.name): \(here) in the batch, \(there) expected")
    }

    private func refusal(by rule: Expectation.MeanWithin, _ measures: BatchMeasures) -> Remark? {
        let name = rule.column.name
        guard let history = measures.historicalMeans[name] else { return nil }
        guard let mean = measures.means[name] else { return .noValue("mean_within(\(name))") }
        let difference = abs(mean - history)
        guard difference > abs(history) * rule.percent / 100 else { return nil }
        let (found, earlier) = (GateFigure.text(mean), GateFigure.text(history))
        let limit = GateFigure.text(rule.percent)
        // No share of zero says how far away a mean is.
        guard history != 0 else {
            let text: Remark.Text =
                "mean_within(\(name)): the mean is \(found), in earlier batches it is 0; at most \(limit) % is expected"
            return Remark("ingest.meanFromZero", text)
        }
        let percent = GateFigure.text((difference / abs(history) * 1_000).rounded() / 10)
        let text: Remark.Text =
            """
            mean_within(\(name)): the mean \(found) differs by \(percent) % from \(earlier), the \
            mean of earlier batches; at most \(limit) % is expected
            """
        return Remark("ingest.mean", text)
    }
}

extension Remark {
    /// Says that the records of `source` have other fields than those accepted; `changes` has a line for each.
    package static func otherFields(_ changes: [String], of source: String) -> Remark {
        let list = changes.joined(separator: ", ")
        let text: Remark.Text =
            """
            the records have other fields than those accepted (\(list)); accept them with: martlet \
            ingest accept-schema \(source)
            """
        return Remark("ingest.otherFields", text)
    }

    /// Says that a batch has nothing that `rule`, such as `freshness(sold_at)`, could look at.
    static func noValue(_ rule: String) -> Remark { Remark("ingest.noValue", "\(rule): the batch has no value") }
}
