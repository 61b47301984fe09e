import MartletCore
import MartletFeatures
import MartletForest
import MartletTracking

/// What a request used and got: flat rows, one for each input.
struct ScoredRequest {
    /// The values as the model got them, in slot order.
    var values: [Value] = []
    /// The status of each value; request features are `nil`.
    var statuses: [FeatureStatus?] = []
    /// The event time of each view's row, `nil` where there is none.
    var eventTimes: [EventTime?] = []
    /// The predictions.
    var scores: [Double] = []
    /// SHAP contributions with the base value last; empty unless asked for.
    var contributions: [[Double]] = []
    /// The raw scores the contributions add up to; empty unless asked for.
    var rawScores: [Double] = []

    /// Looks up, completes and scores every input of `request`.
    ///
    /// - Throws: `request.unknownEntity`, `request.notExplainable`, `explanation.inexact`, `model.failed`.
    init(_ request: PredictionRequest, _ model: ServedModel, now: EventTime) throws(ServingError) {
        let plan = model.plan
        self.values.reserveCapacity(request.inputCount * plan.slots.count)
        self.statuses.reserveCapacity(request.inputCount * plan.slots.count)
        self.eventTimes.reserveCapacity(request.inputCount * plan.views.count)
        self.scores.reserveCapacity(request.inputCount)
        var row = [Double](repeating: .nan, count: plan.slots.count)
        var found = [OnlineRowReference?](repeating: nil, count: plan.views.count)
        for input in 0..<request.inputCount {
            try self.lookUp(input, request, plan, &found)
            for (position, slot) in plan.slots.enumerated() {
                switch slot.source {
                case .request(let index):
                    let value = request.values[input * plan.requestSlots.count + index]
                    row[position] = slot.number(value)
                    self.values.append(value)
                    self.statuses.append(nil)
                case .feature(let view, let index):
                    let definition = plan.views[view].view
                    let reading =
                        found[view]?.reading(at: index, of: definition, now: now)
                        ?? FeatureReading(nil, of: definition, at: index, now: now)
                    row[position] = slot.number(reading.value)
                    self.values.append(reading.value)
                    self.statuses.append(reading.status)
                }
            }
            self.scores.append(try model.scorer.score(row))
            if request.explain { try self.explain(row, model) }
        }
    }

    private mutating func lookUp(
        _ input: Int,
        _ request: PredictionRequest,
        _ plan: InputPlan,
        _ found: inout [OnlineRowReference?]
    ) throws(ServingError) {
        for (position, view) in plan.views.enumerated() {
            let first = input * plan.keys.count
            let key =
                view.keyIndices.count == 1
                ? EntityKey(request.keys[first + view.keyIndices[0]], for: view.view.joinKeys[0])
                : EntityKey(view.keyIndices.map { request.keys[first + $0] }, for: view.view.joinKeys)
            found[position] = key.flatMap { view.rows.row($0) }
            self.eventTimes.append(found[position]?.eventTime)
        }
        guard !request.allowUnknownEntities else { return }
        for (index, key) in plan.keys.enumerated() {
            var isKnown = false
            for (position, view) in plan.views.enumerated() where view.keyIndices.contains(index) {
                if found[position] != nil { isKnown = true }
            }
            guard isKnown else {
                throw ServingError(
                    .requestUnknownEntity,
                    "No feature view has a row for this '\(key.name)'; check the value, materialize the features, or "
                        + "send \"allow_unknown_entities\": true to predict without them.",
                    field: "inputs[\(input)].entities.\(key.name)"
                )
            }
        }
    }

    private mutating func explain(_ row: [Double], _ model: ServedModel) throws(ServingError) {
        guard let forest = model.scorer.forest else {
            throw ServingError(
                .requestNotExplainable,
                "\(model.version) is an ONNX model, which has no exact contributions; ask without 'explain'.",
                field: "explain"
            )
        }
        let raw = forest.rawScore(row)
        let contributions = forest.contributions(row)
        let sum = contributions.reduce(0, +)
        guard abs(sum - raw) <= 1e-6 * max(1, abs(raw)) else {
            throw ServingError(
                .explanationInexact,
                "The contributions of \(model.version) do not add up to its raw score; ask without 'explain', and "
                    + "report the model."
            )
        }
        self.rawScores.append(raw)
        self.contributions.append(contributions)
    }
}
