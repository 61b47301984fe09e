import MartletCore
import MartletReleases
import MartletStatistics
import MartletTracking

/// What the decisions about a release or an experiment come to, as its page draws it.
struct ReleaseTrail: Sendable {
    /// One look at the primary metric of an experiment.
    struct Point: Sendable, Hashable {
        let elapsedDays: Double
        let improvement: Double
        let lower: Double
        let upper: Double
    }

    /// A look at a gate, by where green stood.
    struct Place: Hashable, Sendable {
        let stage: ReleaseGateRule.Stage
        let weight: Int
    }

    /// The place of the newest decision that was read.
    fileprivate(set) var sequence: Int64 = 0
    /// The decisions that are in the ledger, the oldest first.
    private(set) var decisions: [StoredDecision] = []
    /// What those decisions say, by the place of each.
    private(set) var remarks: [Int64: [Remark]] = [:]
    /// The last look at each gate.
    private(set) var looks: [Place: DecisionRecord] = [:]
    private(set) var points: [Point] = []
    /// What the newest look at an experiment saw.
    private(set) var reading: ExperimentReading?
    /// What the newest look at an experiment came to.
    private(set) var assessment: ExperimentAssessment?

    /// More points than this are thinned to half.
    static let pointLimit = 4_000

    mutating func add(_ decision: StoredDecision) {
        self.sequence = decision.sequence
        let record = decision.record
        if decision.isInLedger {
            self.decisions.append(decision)
            self.remarks[decision.sequence] = DecisionReplay.remarks(of: record)
        }
        if record.rule == ReleaseGateRule.rule, let inputs = try? ReleaseGateRule.inputs(of: record) {
            self.looks[Place(stage: inputs.stage, weight: inputs.weight)] = record
        }
        if record.rule == ExperimentRule.rule, let inputs = try? ExperimentRule.inputs(of: record) {
            self.take(inputs)
        }
    }

    /// The reasons of `decision` in the words of a reader.
    func sentences(of decision: StoredDecision, _ words: Words) -> [String] {
        self.remarks[decision.sequence]?.map { words($0) } ?? decision.record.reasons
    }

    private mutating func take(_ inputs: ExperimentRule.Inputs) {
        let assessment = ExperimentRule.assess(inputs)
        self.reading = inputs.reading
        self.assessment = assessment
        guard let primary = assessment.evidence.first, let improvement = primary.improvement,
            let lower = primary.interval?.lower, let upper = primary.interval?.upper
        else { return }
        let days = inputs.elapsed.seconds / 86_400
        self.points.append(Point(elapsedDays: days, improvement: improvement, lower: lower, upper: upper))
        if self.points.count > Self.pointLimit {
            self.points = self.points.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }
    }
}

/// Reads each decision once, so that a page that is looked at all the time costs what is new.
actor ReleaseTrails {
    private static let limit = 64
    private static let pageCount = 500
    private var trails: [String: ReleaseTrail] = [:]

    /// The decisions about `run` up to now.
    func trail(of run: ReleaseRun, in store: any ReleaseStore) async throws -> ReleaseTrail {
        let subject = run.subject
        while true {
            let after = self.trails[subject]?.sequence ?? 0
            let page = try await store.decisions(about: subject, after: after, limit: Self.pageCount)
            var trail = self.trails[subject] ?? ReleaseTrail()
            // Another reader may have come first while this one waited.
            for decision in page where decision.sequence > trail.sequence { trail.add(decision) }
            if self.trails.count >= Self.limit, self.trails[subject] == nil { self.trails.removeAll() }
            self.trails[subject] = trail
            if page.count < Self.pageCount { return trail }
        }
    }
}
