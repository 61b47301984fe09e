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
    package func refusals(of measures: BatchMeasures, at now: EventTime) -> [String] {
        let stopped = measures.stopped.filter { $0.count > 0 }
            .map { broken in
                "\(broken.count) rows break rule \(broken.label), which stops the batch"
            }
        return stopped
            + self.expectations.enumerated()
            .compactMap { index, expectation in
                if let profiles = measures.profiles[index] { return expectation.refusal(profiles) }
                if case .total(let rule) = expectation { return Self.refusal(by: rule, measures.totals[index]) }
                return self.refusal(by: expectation, measures, now)
            }
    }

    private func refusal(by expectation: Expectation, _ measures: BatchMeasures, _ now: EventTime) -> String? {
        switch expectation {
        case .rowCount(let rule):
            if let minimum = rule.minimum, measures.rowCount < minimum {
                return "row_count: \(measures.rowCount) rows would be loaded, at least \(minimum) are expected"
            }
            if let maximum = rule.maximum, measures.rowCount > maximum {
                return "row_count: \(measures.rowCount) rows would be loaded, at most \(maximum) are expected"
            }
            return nil
        case .freshness(let rule):
            let name = rule.column.name
            guard let newest = measures.newest[name] else { return "freshness(\(name)): the batch has no value" }
            guard newest < now - rule.maximumAge else { return nil }
            return "freshness(\(name)): the newest value is \(newest), older than \(rule.maximumAge) at \(now)"
        case .meanWithin(let rule):
            return self.refusal(by: rule, measures)
        case .quarantinedShare(let rule):
            guard measures.rowsRead > 0 else { return nil }
            let share = Double(measures.rowsQuarantined) / Double(measures.rowsRead)
            guard share > rule.maximum else { return nil }
            return
                "quarantined_share: \(measures.rowsQuarantined) of \(measures.rowsRead) rows are quarantined, at most "
                + "\(rule.maximum * 100) % may be"
        case .notNull, .range, .allowed, .pattern, .condition, .unique, .references, .quantilesWithin, .nullShare,
            .mixWithin, .total:
            return nil
        }
    }

    private static func refusal(by rule: Expectation.Total, _ measures: TotalMeasures?) -> String? {
        guard let found = measures?.found else { return "total \(rule.name): the batch gives no number" }
        guard let expected = measures?.expected else {
            return "total \(rule.name): the other tables give no number; are they loaded?"
        }
        guard abs(found - expected) > abs(expected) * rule.percent / 100 else { return nil }
        return "total \(rule.name): \(found) in the batch, \(expected) expected"
            + (rule.percent > 0 ? "; at most \(rule.percent) % apart is allowed" : "")
    }

    private func refusal(by rule: Expectation.MeanWithin, _ measures: BatchMeasures) -> String? {
        let name = rule.column.name
        guard let history = measures.historicalMeans[name] else { return nil }
        guard let mean = measures.means[name] else { return "mean_within(\(name)): the batch has no value" }
        let difference = abs(mean - history)
        guard difference > abs(history) * rule.percent / 100 else { return nil }
        let percent = history == 0 ? "from 0" : "by \((difference / abs(history) * 1_000).rounded() / 10) %"
        return
            "mean_within(\(name)): the mean \(mean) differs \(percent) from \(history), the mean of earlier batches; "
            + "at most \(rule.percent) % is expected"
    }
}
