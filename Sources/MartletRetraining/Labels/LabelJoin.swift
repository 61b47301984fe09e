package import MartletCore
package import MartletTracking

/// Joins predictions with what came of them: labels as far as they are known at one moment.
///
/// Pure, and the same whatever the order in which things arrived. What a label may rest on is bounded twice: by the
/// window after its prediction, and by the moment of the build. A prediction whose window is not over has no label of 0
/// yet. By default it has no label of 1 either: taking ones at once and zeros late would make every young day look better
/// than it was.
///
/// A row is influenced by the model when the prediction was seen and a person acted on it before the label was known: a
/// label that the model had a hand in.
///
/// - Source: waiting out the window: O. Chapelle, "Modeling delayed feedback in display advertising", 2014. Labels that a
///   model has a hand in: D. Sculley et al., "Hidden technical debt in machine learning systems", 2015; L. Bottou et al.,
///   "Counterfactual reasoning and learning systems", 2013.
package struct LabelJoin: Sendable {
    private struct Candidate {
        var value: Double?
        /// Place of the feedback that `value` is from.
        var at = EventTime(microseconds: .min)
        var sequence: Int64 = .min
        /// When the first feedback of the rule's kind came.
        var firstAt: EventTime?
        var shownAt: EventTime?
        var actedAt: EventTime?
    }

    private let definition: LabelDefinition
    private let asOf: EventTime
    private let predictions: [ServedPrediction]
    private let counts: [Bool]
    private let index: PredictionIndex
    private let propensity: VariantPropensity
    private var candidates: [Candidate]
    private var figures = LabelFigures()

    /// Starts without feedback.
    ///
    /// - Parameters:
    ///   - definition: the rule.
    ///   - predictions: answers at the rule's endpoint, without shadows, in any order; those after `asOf` are left out.
    ///   - asOf: the moment up to which things are known.
    package init(_ definition: LabelDefinition, _ predictions: [ServedPrediction], asOf: EventTime) {
        self.definition = definition
        self.asOf = asOf
        let sorted = predictions.filter { $0.at <= asOf }
            .sorted { ($0.at, $0.requestID, $0.input) < ($1.at, $1.requestID, $1.input) }
        self.predictions = sorted
        self.counts = sorted.map { definition.variants.isEmpty || definition.variants.contains($0.variant) }
        self.index = PredictionIndex(sorted, window: definition.window, match: definition.match)
        self.propensity = VariantPropensity(sorted)
        self.candidates = Array(repeating: Candidate(), count: sorted.count)
    }

    /// Takes in an outcome.
    package mutating func add(_ arrival: Arrival<Outcome>) {
        let outcome = arrival.value
        guard self.definition.source == .outcome, outcome.at <= self.asOf else { return }
        switch self.index.find(outcome) {
        case .failure(let miss): self.count(miss)
        case .success(let found):
            for position in found {
                self.take(outcome.value, at: outcome.at, arrival.sequence, for: position)
            }
        }
    }

    /// Takes in an interaction.
    package mutating func add(_ arrival: Arrival<Interaction>) {
        let interaction = arrival.value
        guard interaction.at <= self.asOf else { return }
        let label: InteractionLabel? =
            if case .interaction(let label) = self.definition.source, label.kind == interaction.kind { label } else {
                nil
            }
        switch self.index.find(interaction) {
        case .failure(let miss): if label != nil { self.count(miss) }
        case .success(let found):
            for position in found { self.take(interaction, label, arrival.sequence, for: position) }
            if label?.value == .amount, interaction.amount == nil { self.figures.withoutAmount += 1 }
        }
    }

    /// The rows, in the order of time, and what was found.
    package func finish() -> (rows: [LabelledPrediction], figures: LabelFigures) {
        var figures = self.figures
        var rows: [LabelledPrediction] = []
        var sum = 0.0
        for position in self.predictions.indices {
            guard self.counts[position] else {
                figures.otherVariants += 1
                continue
            }
            figures.predictions += 1
            guard let row = self.row(position, &figures) else { continue }
            rows.append(row)
            sum += row.label
            if row.label != 0 { figures.positives += 1 }
            if row.isInfluenced { figures.influenced += 1 }
            figures.leastPropensity = min(figures.leastPropensity ?? 1, row.propensity)
        }
        figures.rows = rows.count
        if !rows.isEmpty { figures.meanLabel = sum / Double(rows.count) }
        return (rows, figures)
    }

    private func row(_ position: Int, _ figures: inout LabelFigures) -> LabelledPrediction? {
        let prediction = self.predictions[position]
        let candidate = self.candidates[position]
        let end = prediction.at + self.definition.window
        let isOver = end <= self.asOf
        let label: (value: Double, knownAt: EventTime)
        switch self.definition.source {
        case .outcome:
            guard let value = candidate.value else {
                if isOver { figures.missing += 1 } else { figures.censored += 1 }
                return nil
            }
            label = (value, max(candidate.at, prediction.at))
        case .interaction(let rule):
            if let value = candidate.value {
                guard isOver || self.definition.early == .use else {
                    figures.censored += 1
                    return nil
                }
                // A one is known by the first of its kind, an amount by the latest.
                let known = rule.value == .one ? candidate.firstAt ?? candidate.at : candidate.at
                label = (value, self.definition.early == .use ? max(known, prediction.at) : end)
            } else {
                guard isOver else {
                    figures.censored += 1
                    return nil
                }
                // What nobody saw, nobody turned down.
                if self.definition.shownBy != nil, candidate.shownAt == nil {
                    figures.unseen += 1
                    return nil
                }
                label = (0, end)
            }
        }
        let isSeen = self.definition.shownBy == nil || candidate.shownAt.map { $0 <= label.knownAt } ?? false
        return LabelledPrediction(
            requestID: prediction.requestID,
            input: prediction.input,
            predictedAt: prediction.at,
            knownAt: label.knownAt,
            label: label.value,
            propensity: self.propensity[prediction],
            isInfluenced: isSeen && (candidate.actedAt.map { $0 <= label.knownAt } ?? false)
        )
    }

    private mutating func take(
        _ interaction: Interaction,
        _ label: InteractionLabel?,
        _ sequence: Int64,
        for position: Int
    ) {
        let at = interaction.at
        if interaction.kind == self.definition.shownBy {
            self.candidates[position].shownAt = min(self.candidates[position].shownAt ?? at, at)
            return
        }
        self.candidates[position].actedAt = min(self.candidates[position].actedAt ?? at, at)
        guard let label, let value = label.value == .one ? 1 : interaction.amount else { return }
        self.candidates[position].firstAt = min(self.candidates[position].firstAt ?? at, at)
        self.take(value, at: at, sequence, for: position)
    }

    /// Keeps the latest.
    private mutating func take(_ value: Double, at moment: EventTime, _ sequence: Int64, for position: Int) {
        let held = self.candidates[position]
        guard held.value == nil || (moment, sequence) > (held.at, held.sequence) else { return }
        self.candidates[position].value = value
        self.candidates[position].at = moment
        self.candidates[position].sequence = sequence
    }

    private mutating func count(_ miss: PredictionIndex.Miss) {
        switch miss {
        case .unknown: self.figures.unmatched += 1
        case .ambiguous: self.figures.ambiguous += 1
        case .late: self.figures.late += 1
        }
    }
}
