/// How the traffic of a model version differs from what it was trained on.
package struct DriftReport: Sendable, Hashable, Codable {
    package let rules: DriftRules
    package let rowCount: Int
    package let referenceRowCount: Int
    /// The inputs, the most drifted first.
    package let columns: [ColumnDrift]
    package let prediction: ColumnDrift
    /// Whether rows as a whole look different; `nil` when the reference has no directions or there are too few rows.
    package let multivariate: MultivariateDrift?
    /// Whether predictions are made of other columns than in training; `nil` when not explained.
    package let attribution: AttributionDrift?

    /// Compares `current` with `reference`.
    package init(
        reference: ReferenceProfile,
        current: DataProfile,
        reconstructionErrors: ReconstructionErrors?,
        attribution: [String: Double]?,
        rules: DriftRules
    ) {
        self.rules = rules
        self.rowCount = current.rowCount
        self.referenceRowCount = reference.data.rowCount
        var columns: [ColumnDrift] = []
        for (name, column) in reference.data.columns {
            guard let now = current.columns[name], now.kind == column.kind else { continue }
            columns.append(ColumnDrift(name, reference: column, current: now))
        }
        self.columns = columns.sorted { first, second in
            let (one, two) = (first.verdict(rules), second.verdict(rules))
            if one != two { return one > two }
            let (left, right) = (first.jensenShannon?.value ?? 0, second.jensenShannon?.value ?? 0)
            return left == right ? first.name < second.name : left > right
        }
        self.prediction = ColumnDrift(
            "prediction",
            reference: reference.data.prediction,
            current: current.prediction
        )
        self.multivariate = reference.reconstruction.flatMap { model in
            reconstructionErrors.flatMap { MultivariateDrift(model: model, current: $0) }
        }
        self.attribution = attribution.flatMap {
            AttributionDrift(reference: reference.attribution, current: $0)
        }
    }

    /// The inputs that drifted.
    package var driftedColumns: [ColumnDrift] { self.columns.filter { $0.verdict(self.rules) == .drifted } }

    /// The worst of all parts.
    package var verdict: DriftVerdict {
        let parts =
            self.columns.map { $0.verdict(self.rules) } + [self.prediction.verdict(self.rules)]
            + [self.multivariate?.verdict, self.attribution?.verdict].compactMap(\.self)
        return parts.max() ?? .stable
    }
}
