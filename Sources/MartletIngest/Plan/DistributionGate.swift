import MartletCore

/// What a gate about a distribution looks at: a batch's rows, or those of its history.
package struct ColumnProfile: Codable, Sendable, Hashable {
    package let rowCount: Int
    /// The share of missing values; 0 without rows.
    package let nullShare: Double
    /// The quantiles that were asked for, in their order; empty when there is no value.
    package let quantiles: [Double]
    /// The share of each category among the values that are there.
    package let shares: [String: Double]

    /// Records a profile.
    package init(rowCount: Int, nullShare: Double = 0, quantiles: [Double] = [], shares: [String: Double] = [:]) {
        self.rowCount = rowCount
        self.nullShare = nullShare
        self.quantiles = quantiles
        self.shares = shares
    }

    /// Half the sum of the differences of all shares, from 0 (alike) to 1 (nothing in common).
    ///
    /// - Source: Levin, Peres, "Markov Chains and Mixing Times", 2017, proposition 4.2 (total variation distance).
    package func distance(to other: ColumnProfile) -> Double {
        let names = Set(self.shares.keys).union(other.shares.keys)
        return names.map { abs((self.shares[$0] ?? 0) - (other.shares[$0] ?? 0)) }.sorted().reduce(0, +) / 2
    }
}

/// The profiles that one gate compares.
package struct GateProfiles: Sendable, Hashable {
    package let batch: ColumnProfile
    package let history: ColumnProfile

    /// Pairs both.
    package init(batch: ColumnProfile, history: ColumnProfile) {
        self.batch = batch
        self.history = history
    }

    func isEnough(_ history: Expectation.History) -> Bool {
        min(self.batch.rowCount, self.history.rowCount) >= history.minimumRows
    }
}

/// The two numbers of a rule about totals; absent when the query gives none.
package struct TotalMeasures: Sendable, Hashable {
    package let found: Double?
    package let expected: Double?

    /// Pairs both.
    package init(found: Double?, expected: Double?) {
        self.found = found
        self.expected = expected
    }
}

extension Expectation {
    /// The column and the quantiles a gate needs profiles of, with its history; `nil` for other rules.
    package var profileNeeds: (column: String, quantiles: [Double], isCategorical: Bool, history: History)? {
        switch self {
        case .quantilesWithin(let rule): (rule.column.name, rule.quantiles, false, rule.history)
        case .nullShare(let rule): (rule.column.name, [], false, rule.history)
        case .mixWithin(let rule): (rule.column.name, [], true, rule.history)
        default: nil
        }
    }

    /// Why a gate refuses the batch, or `nil` when it lets it pass.
    func refusal(_ profiles: GateProfiles) -> Remark? {
        switch self {
        case .quantilesWithin(let rule): Self.refusal(rule, profiles)
        case .nullShare(let rule): Self.refusal(rule, profiles)
        case .mixWithin(let rule): Self.refusal(rule, profiles)
        default: nil
        }
    }

    private static func refusal(_ rule: QuantilesWithin, _ profiles: GateProfiles) -> Remark? {
        guard profiles.isEnough(rule.history), !profiles.history.quantiles.isEmpty else { return nil }
        let name = rule.column.name
        guard !profiles.batch.quantiles.isEmpty else { return .noValue("quantiles_within(\(name))") }
        for (index, quantile) in rule.quantiles.enumerated() {
            let (found, history) = (profiles.batch.quantiles[index], profiles.history.quantiles[index])
            guard abs(found - history) > abs(history) * rule.percent / 100 else { continue }
            let (here, earlier, limit) = (
                GateFigure.text(found), GateFigure.text(history), GateFigure.text(rule.percent)
            )
            let text: Remark.Text =
                """
                quantiles_within(\(name)): quantile \(GateFigure.text(quantile)) is \(here), in earlier batches \
                it is \(earlier); at most \(limit) % apart is expected
                """
            return Remark("ingest.quantile", text)
        }
        return nil
    }

    private static func refusal(_ rule: NullShare, _ profiles: GateProfiles) -> Remark? {
        let name = rule.column.name
        let share = profiles.batch.nullShare
        if let maximum = rule.maximum, profiles.batch.rowCount > 0, share > maximum {
            return Remark(
                "ingest.nulls",
                """
                null_share(\(name)): \(GateFigure.percent(share)) of the values are missing, at most \
                \(GateFigure.percent(maximum)) may be
                """
            )
        }
        guard let within = rule.within, profiles.isEnough(rule.history),
            abs(share - profiles.history.nullShare) > within
        else { return nil }
        let earlier = GateFigure.percent(profiles.history.nullShare)
        let text: Remark.Text =
            """
            null_share(\(name)): \(GateFigure.percent(share)) of the values are missing, in earlier \
            batches \(earlier); at most \(GateFigure.percent(within)) apart is expected
            """
        return Remark("ingest.nullsApart", text)
    }

    private static func refusal(_ rule: MixWithin, _ profiles: GateProfiles) -> Remark? {
        guard profiles.isEnough(rule.history) else { return nil }
        let distance = profiles.batch.distance(to: profiles.history)
        guard distance > rule.maximum else { return nil }
        let text: Remark.Text =
            """
            mix_within(\(rule.column.name)): \(GateFigure.percent(distance)) of the rows moved to another \
            category compared with earlier batches; at most \(GateFigure.percent(rule.maximum)) may
            """
        return Remark("ingest.mix", text)
    }
}
