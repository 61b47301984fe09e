import MartletCore
import MartletMonitoring
import MartletReleases
import MartletStores

/// What one version of a model was asked in a window, and what came true of its answers.
struct VersionTraffic: Sendable {
    /// One answered request of one input.
    struct Answer: Sendable {
        let requestID: String
        let at: EventTime
        let entity: String?
        let prediction: Double
        let cells: [String: ProfiledCell]
    }

    private(set) var profile: TrafficProfile
    private(set) var answers: [Answer] = []
    private(set) var first: EventTime?
    private(set) var last: EventTime?
    private let keepsAnswers: Bool
    private var recordCount = 0
    private var stride = 1

    /// Rows that are explained at most; the others are passed over evenly.
    private static let explainedLimit = 1_000

    /// Nothing yet; `keepsAnswers` keeps each one, to be joined with its label.
    init(_ model: MonitoredModel, keepsAnswers: Bool) {
        self.profile = TrafficProfile(model.reference)
        self.keepsAnswers = keepsAnswers
    }

    /// Takes in a record of `model`.
    mutating func add(_ record: LoggedPrediction, _ model: MonitoredModel) {
        // The stride doubles with each thousand explained rows, so that a long window is not explained whole.
        if self.profile.explainedCount >= Self.explainedLimit * (1 + self.stride.trailingZeroBitCount) {
            self.stride *= 2
        }
        model.add(record, isExplained: self.recordCount.isMultiple(of: self.stride), to: &self.profile)
        self.recordCount += 1
        self.first = min(self.first ?? record.time, record.time)
        self.last = max(self.last ?? record.time, record.time)
        guard self.keepsAnswers, let exposure = Exposure(record), let prediction = exposure.prediction,
            let input = record.inputs?.first
        else { return }
        self.answers.append(
            Answer(
                requestID: record.requestID,
                at: record.time,
                entity: exposure.entity,
                prediction: prediction,
                cells: model.cells(input)
            )
        )
    }
}
