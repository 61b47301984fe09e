import MartletCore
import MartletTracking

/// Finds the predictions that feedback belongs to.
struct PredictionIndex {
    /// Why feedback belongs to no prediction.
    enum Miss { case unknown, ambiguous, late }

    private let predictions: [ServedPrediction]
    private let window: TimeSpan
    private let match: LabelDefinition.Match
    private var byRequest: [String: [Int]] = [:]
    /// Positions in the order of time.
    private var byEntity: [String: [Int]] = [:]
    private var byUnit: [String: [Int]] = [:]

    /// Indexes `predictions`, which are in the order of time.
    init(_ predictions: [ServedPrediction], window: TimeSpan, match: LabelDefinition.Match) {
        self.predictions = predictions
        self.window = window
        self.match = match
        for (position, prediction) in predictions.enumerated() {
            self.byRequest[prediction.requestID, default: []].append(position)
            if let entity = prediction.entity { self.byEntity[entity, default: []].append(position) }
            if let unit = prediction.unit { self.byUnit[unit, default: []].append(position) }
        }
    }

    /// The predictions that `outcome` answers, or why there are none.
    func find(_ outcome: Outcome) -> Result<[Int], Miss> {
        guard let request = outcome.requestID else {
            return self.before(outcome.at, in: outcome.entity.flatMap { self.byEntity[$0] } ?? [])
        }
        var found = self.byRequest[request] ?? []
        if found.count > 1, let entity = outcome.entity {
            found = found.filter { self.predictions[$0].entity == entity }
        }
        return self.named(found, at: outcome.at)
    }

    /// The predictions that `interaction` came of, or why there are none.
    func find(_ interaction: Interaction) -> Result<[Int], Miss> {
        if let request = interaction.requestID {
            return self.named(self.byRequest[request] ?? [], at: interaction.at)
        }
        return self.before(interaction.at, in: interaction.unit.flatMap { self.byUnit[$0] } ?? [])
    }

    /// What names its request belongs to it, though clocks may differ; only the window bounds it.
    private func named(_ found: [Int], at moment: EventTime) -> Result<[Int], Miss> {
        guard let first = found.first else { return .failure(.unknown) }
        guard found.count == 1 else { return .failure(.ambiguous) }
        return moment <= self.predictions[first].at + self.window ? .success([first]) : .failure(.late)
    }

    /// The predictions of `positions` in whose window `moment` lies.
    private func before(_ moment: EventTime, in positions: [Int]) -> Result<[Int], Miss> {
        var (low, high) = (0, positions.count)
        while low < high {
            let middle = (low + high) / 2
            if self.predictions[positions[middle]].at <= moment { low = middle + 1 } else { high = middle }
        }
        let earlier = positions[..<low]
        guard let last = earlier.last else { return .failure(.unknown) }
        guard moment <= self.predictions[last].at + self.window else { return .failure(.late) }
        if self.match == .last { return .success([last]) }
        return .success(earlier.reversed().prefix { moment <= self.predictions[$0].at + self.window }.reversed())
    }
}

extension PredictionIndex.Miss: Error {}
