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
    private var paired: PairedObservations?

    /// Starts without anything.
    ///
    /// - Parameters:
    ///   - variants: the names of the variants that are compared, control first.
    ///   - metrics: what is measured.
    ///   - start: exposures before it are left out.
    ///   - end: exposures from it on are left out; `nil` while the experiment runs.
    ///   - loss: how paired predictions are compared with outcomes; `nil` when they are not.
    package init(
        variants: [String],
        metrics: [MetricDefinition],
        from start: EventTime,
        until end: EventTime? = nil,
        pairedLoss loss: PairedLoss? = nil
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
        self.paired = loss.map(PairedObservations.init)
    }

    /// Takes in a prediction.
    package mutating func add(_ exposure: Exposure) {
        guard exposure.at >= self.start, self.end.map({ exposure.at < $0 }) ?? true,
            let variant = self.names.firstIndex(of: exposure.variant)
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
            variants[name] = VariantReading(units: self.unitCounts[index], metrics: metrics)
        }
        return ExperimentReading(
            variants: variants,
            pairedLoss: self.paired.map { MetricReading($0.moments, isRatio: true) }
        )
    }

    /// Changes a unit and what it adds to the sums.
    private mutating func change(_ name: String, _ body: (inout UnitObservation) -> Void) {
        var unit = self.units[name] ?? UnitObservation()
        let (oldVariant, oldFigures) = (unit.variant, unit.figures)
        body(&unit)
        if unit.variant != nil { unit.figures = self.metrics.map { unit.figure($0) } }
        self.units[name] = unit
        guard let variant = unit.variant else { return }
        if let oldVariant, oldVariant == variant {
            for index in self.metrics.indices {
                self.sums[variant][index].replace(oldFigures[index], with: unit.figures[index])
            }
            return
        }
        if let oldVariant {
            self.unitCounts[oldVariant] -= 1
            for index in self.metrics.indices {
                self.sums[oldVariant][index].remove(oldFigures[index].0, oldFigures[index].1)
            }
        }
        self.unitCounts[variant] += 1
        for index in self.metrics.indices {
            self.sums[variant][index].add(unit.figures[index].0, unit.figures[index].1)
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
