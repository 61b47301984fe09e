import Foundation
import MartletCore
import MartletReleases
import MartletServing
import MartletStores
import MartletTracking

/// The traffic of an endpoint as the prediction log and the feedback have it, answered again by a candidate.
struct RecordedTraffic {
    let requests: [RehearsedRequest]
    let interactions: [Interaction]
    let outcomes: [Outcome]
    /// The version that answered most of it.
    let answeredBy: ModelVersionID
    /// How many requests could not be answered again, as a column of the candidate was not recorded.
    let unansweredCount: Int
    /// How many inputs of requests got features from the offline store, as of their moment, that were not recorded.
    let lookedUpCount: Int

    /// When it begins and ends.
    var span: ClosedRange<EventTime>? {
        guard let first = self.requests.first?.at, let last = self.requests.last?.at else { return nil }
        return first...last
    }

    /// Reads what came to `endpoint` between two moments, and has `candidate` answer it.
    ///
    /// - Throws: `release.invalid` when nothing was recorded.
    static func read(
        _ endpoint: String,
        from begin: EventTime?,
        to end: EventTime?,
        candidate: ServedModel,
        application: Application
    ) async throws -> RecordedTraffic {
        func isWithin(_ moment: EventTime) -> Bool {
            (begin.map { moment >= $0 } ?? true) && (end.map { moment <= $0 } ?? true)
        }
        let reader = PredictionLogReader(directory: URL(filePath: application.predictionsFolder))
        let records = try reader.records()
            .filter { $0.endpoint == endpoint && $0.shadow != true && isWithin($0.time) && $0.model != nil }
            .sorted { $0.time < $1.time }
        var versions: [ModelVersionID: Int] = [:]
        for record in records {
            if let model = record.model, let number = record.version {
                versions[ModelVersionID(model, number), default: 0] += 1
            }
        }
        guard let answeredBy = versions.max(by: { ($0.value, $0.key.number) < ($1.value, $1.key.number) })?.key else {
            throw TrackingError(
                .releaseInvalid,
                "the prediction log holds no request to '\(endpoint)' in that time; serve some first, or widen "
                    + "--from and --to"
            )
        }
        let answers = try await CandidateAnswers(of: candidate, to: records, application)
        let requests = zip(records, answers.scores).map(Self.request)
        let feedback = SQLFeedbackStore(try application.metadata.database())
        let interactions = try await Self.all { try await feedback.interactions(at: endpoint, after: $0, limit: $1) }
        let outcomes = try await Self.all { try await feedback.outcomes(at: endpoint, after: $0, limit: $1) }
        return RecordedTraffic(
            requests: requests,
            interactions: interactions.sorted { $0.at < $1.at },
            outcomes: outcomes.sorted { $0.at < $1.at },
            answeredBy: answeredBy,
            unansweredCount: requests.count { $0.candidateFails },
            lookedUpCount: answers.lookedUpCount
        )
    }

    private static func all<Value>(
        _ page: (Int64, Int) async throws -> [Arrival<Value>]
    ) async throws -> [Value] {
        var values: [Value] = []
        var sequence: Int64 = 0
        while true {
            let arrivals = try await page(sequence, 5_000)
            values += arrivals.map(\.value)
            guard let last = arrivals.last, arrivals.count == 5_000 else { return values }
            sequence = last.sequence
        }
    }

    /// A request with the candidate's answers to its inputs.
    private static func request(_ record: LoggedPrediction, _ scores: [Double?]) -> RehearsedRequest {
        let exposure = Exposure(record)
        let didFail = record.errorCode.map { ErrorCode($0).isModelFault } ?? false
        return RehearsedRequest(
            requestID: record.requestID,
            at: record.time,
            unit: exposure?.unit ?? record.unit ?? record.requestID,
            entity: exposure?.entity,
            latencyMicroseconds: record.latencyMicroseconds,
            recorded: record.predictions.flatMap { $0.count == 1 ? $0[0] : nil },
            candidate: scores.count == 1 ? scores[0] : nil,
            didFail: didFail,
            candidateFails: scores.contains { $0 == nil }
        )
    }
}
