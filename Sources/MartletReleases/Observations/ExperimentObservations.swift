package import MartletCore
import MartletStatistics
package import MartletTracking

/// The sums an experiment is judged by, built up from predictions and what came of them, one at a time.
///
/// A unit belongs to the variant of its first exposure and counts once. An interaction belongs to the unit of the request it
/// names, else to the unit it names, and counts within each metric's window after that unit's first exposure. Whatever order
/// things arrive in, late or early, the figures are the same to within rounding; so they can be built again from the start
/// at any time.
package struct ExperimentObservations: Sendable {
    private let names: [String]
    private let metrics: [ObservedMetric]
    private let kinds: [String: Int]
    private let start: EventTime
    private let end: EventTime?
    private var units: [String: UnitObservation] = [:]
    private var requestUnits: [String: String] = [:]
    /// Interactions of requests that are not logged yet.
    private var early: [String: [UnitObservation.Event]] = [:]
    private var unitCounts: [Int]
    private var sums: [[PairMoments]]
    /// Each metric beside what was known before, by variant.
    private var covered: [[PairMoments]]
    /// How often each value is there, of the metrics that are compared by ranks.
    private var values: [Int: [Double: RankSums.Count]] = [:]
    private var paired: PairedObservations?
    private let reduction: VarianceReduction
    /// What control's version predicted, by request.
    private var baselines: [String: Double] = [:]

    /// Starts without anything.
    ///
    /// - Parameters:
    ///   - variants: the names of the variants that are compared, control first.
    ///   - metrics: what is measured.
    ///   - start: exposures before it are left out.
    ///   - end: exposures from it on are left out; `nil` while the experiment runs.
    ///   - loss: how paired predictions are compared with outcomes; `nil` when they are not.
    ///   - reduction: what is known before and to be taken out.
    package init(
        variants: [String],
        metrics: [MetricDefinition],
        from start: EventTime,
        until end: EventTime? = nil,
        pairedLoss loss: PairedLoss? = nil,
        reducing reduction: VarianceReduction = .none
    ) {
        var kinds: [String: Int] = [:]
        self.names = variants
        self.metrics = metrics.map { definition in
            ObservedMetric(definition) { kind in
                let number = kinds[kind] ?? kinds.count
                kinds[kind] = number
                return number
            }
        }
        self.kinds = kinds
        self.start = start
        self.end = end
        self.unitCounts = Array(repeating: 0, count: variants.count)
        self.sums = variants.map { _ in metrics.map { _ in PairMoments() } }
        self.covered = self.sums
        self.reduction = reduction
        for (index, metric) in metrics.enumerated() where metric.test == .mannWhitney { self.values[index] = [:] }
        self.paired = loss.map(PairedObservations.init)
    }

    /// Takes in a prediction.
    package mutating func add(_ exposure: Exposure) {
        guard exposure.at >= self.start, self.end.map({ exposure.at < $0 }) ?? true else { return }
        if exposure.variant == ExperimentReading.baseline { self.addBaseline(exposure) }
        guard let variant = self.names.firstIndex(of: exposure.variant)
        else { return }
        if variant < 2 { self.paired?.add(exposure, isControl: variant == 0) }
        guard !exposure.isShadow, !exposure.isSubstitute else { return }
        self.requestUnits[exposure.requestID] = exposure.unit
        let waiting = self.early.removeValue(forKey: exposure.requestID) ?? []
        self.change(exposure.unit) { unit in
            unit.expose(to: variant, at: exposure.at, by: exposure.requestID)
            unit.events += waiting
        }
    }

    /// Notes what control's version predicts; it may come before or after the request was answered.
    private mutating func addBaseline(_ exposure: Exposure) {
        guard self.reduction == .prediction, let prediction = exposure.prediction, prediction.isFinite else { return }
        self.baselines[exposure.requestID] = prediction
        if let unit = self.requestUnits[exposure.requestID] { self.change(unit) { _ in } }
    }

    /// Takes in an interaction.
    package mutating func add(_ interaction: Interaction) {
        guard let kind = self.kinds[interaction.kind] else { return }
        let event = UnitObservation.Event(kind: kind, at: interaction.at, amount: interaction.amount ?? 0)
        if let request = interaction.requestID {
            if let unit = self.requestUnits[request] {
                self.change(unit) { $0.events.append(event) }
            } else {
                self.early[request, default: []].append(event)
            }
        } else if let unit = interaction.unit {
            self.change(unit) { $0.events.append(event) }
        }
    }

    /// Takes in an outcome.
    package mutating func add(_ outcome: Outcome) { self.paired?.add(outcome) }

    /// The figures now.
    package var reading: ExperimentReading {
        var variants: [String: VariantReading] = [:]
        for (index, name) in self.names.enumerated() {
            var metrics: [String: MetricReading] = [:]
            for (metric, sum) in zip(self.metrics, self.sums[index]) {
                metrics[metric.definition.name] = MetricReading(sum, isRatio: metric.denominator != nil)
            }
            for (metric, pairs) in zip(self.metrics, self.covered[index]) where pairs.count > 0 {
                metrics[metric.definition.name]?.covariate = MetricReading.Covariate(pairs)
            }
            variants[name] = VariantReading(units: self.unitCounts[index], metrics: metrics)
        }
        return ExperimentReading(
            variants: variants,
            pairedLoss: self.paired.map { MetricReading($0.moments, isRatio: true) },
            ranks: self.values.isEmpty ? nil : self.ranks
        )
    }

    private var ranks: [String: RankSums] {
        var ranks: [String: RankSums] = [:]
        for (index, counts) in self.values { ranks[self.metrics[index].definition.name] = RankSums(counts) }
        return ranks
    }

    /// Changes a unit and what it adds to the sums.
    private mutating func change(_ name: String, _ body: (inout UnitObservation) -> Void) {
        let old = self.units[name] ?? UnitObservation()
        var unit = old
        body(&unit)
        if unit.variant != nil {
            unit.figures = self.metrics.map { unit.figure($0) }
            if self.reduction != .none { unit.covariates = self.metrics.map { self.covariate($0, unit) } }
        }
        self.units[name] = unit
        if let variant = old.variant, variant != unit.variant { self.unitCounts[variant] -= 1 }
        guard let variant = unit.variant else { return }
        if old.variant != variant { self.unitCounts[variant] += 1 }
        for index in self.metrics.indices {
            self.moveFigure(index, old, unit)
            if self.reduction != .none { self.moveCovariate(index, old, unit) }
        }
    }

    /// Takes out what a unit added to a metric before, and adds what it adds now.
    private mutating func moveFigure(_ index: Int, _ old: UnitObservation, _ new: UnitObservation) {
        guard let variant = new.variant else { return }
        let figure = new.figures[index]
        if let before = old.variant, before == variant {
            self.sums[variant][index].replace(old.figures[index], with: figure)
        } else {
            if let before = old.variant { self.sums[before][index].remove(old.figures[index].0, old.figures[index].1) }
            self.sums[variant][index].add(figure.0, figure.1)
        }
        guard self.values[index] != nil else { return }
        if let before = old.variant { self.count(old.figures[index].0, index, of: before, -1) }
        self.count(figure.0, index, of: variant, 1)
    }

    private mutating func count(_ value: Double, _ index: Int, of variant: Int, _ step: Int) {
        guard variant < 2 else { return }
        var count = self.values[index]?[value] ?? RankSums.Count()
        if variant == 0 { count.control += step } else { count.treatment += step }
        self.values[index]?[value] = count.control + count.treatment > 0 ? count : nil
    }

    private mutating func moveCovariate(_ index: Int, _ old: UnitObservation, _ new: UnitObservation) {
        if let variant = old.variant, let covariate = old.covariates[index] {
            self.covered[variant][index].remove(old.figures[index].0, covariate)
        }
        if let variant = new.variant, let covariate = new.covariates[index] {
            self.covered[variant][index].add(new.figures[index].0, covariate)
        }
    }

    /// What was known of a unit before its variant could matter; a ratio has no value of each unit to explain.
    private func covariate(_ metric: ObservedMetric, _ unit: UnitObservation) -> Double? {
        guard metric.denominator == nil else { return nil }
        return switch self.reduction {
        case .none: nil
        case .prePeriod: unit.figureBefore(metric)
        case .prediction: self.baselines[unit.firstRequest]
        }
    }
}

extension MetricReading {
    init(_ moments: PairMoments, isRatio: Bool) {
        self.init(
            count: moments.count,
            mean: moments.first.mean,
            m2: moments.first.squaredDeviations
        )
        guard isRatio else { return }
        self.denominator = Denominator(
            mean: moments.second.mean,
            m2: moments.second.squaredDeviations,
            comoment: moments.codeviations
        )
    }
}
