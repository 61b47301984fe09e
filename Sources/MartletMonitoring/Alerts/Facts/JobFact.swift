package import MartletCore

/// How a pipeline goes.
package struct JobFact: Sendable, Hashable {
    package let pipeline: String
    /// Why its last job failed, with the job's id; `nil` when it did not.
    package var failure: (id: String, reason: Remark)? { self.failed.map { (id: $0.id, reason: $0.reason) } }
    private let failed: Failure?
    /// A tick that no job was begun for.
    package let missed: EventTime?
    /// Since when a job waits that nobody carries out.
    package let waitsSince: EventTime?
    /// Trainings that go on, by recipe, with when they began.
    package let trainings: [String: EventTime]

    private struct Failure: Sendable, Hashable {
        let id: String
        let reason: Remark
    }

    /// Describes how a pipeline goes.
    package init(
        pipeline: String,
        failure: (id: String, reason: Remark)? = nil,
        missed: EventTime? = nil,
        waitsSince: EventTime? = nil,
        trainings: [String: EventTime] = [:]
    ) {
        self.pipeline = pipeline
        self.failed = failure.map { Failure(id: $0.id, reason: $0.reason) }
        self.missed = missed
        self.waitsSince = waitsSince
        self.trainings = trainings
    }

    /// How long a job may wait before it is late.
    package static let patience = TimeSpan.seconds(3_600)
    /// How long after a tick its job must have begun.
    package static let grace = TimeSpan.seconds(600)

    func findings(_ objectives: ServiceObjectives, at now: EventTime) -> [AlertFinding] {
        var findings: [AlertFinding] = []
        let subject = "pipeline:\(self.pipeline)"
        if let failed {
            findings.append(
                AlertFinding(
                    .jobFailed,
                    about: subject,
                    summary: Remark(
                        "alert.jobFailed",
                        "job \(failed.id) of pipeline \(self.pipeline) failed: \(failed.reason)"
                    )
                )
            )
        }
        if let missed, now > missed + Self.grace {
            findings.append(
                AlertFinding(
                    .jobLate,
                    about: subject,
                    summary: Remark(
                        "alert.jobMissed",
                        "pipeline \(self.pipeline) should have begun at \(missed)"
                    )
                )
            )
        } else if let waitsSince, now > waitsSince + Self.patience {
            let waited = Remark.length(TimeSpan(microseconds: now.microseconds - waitsSince.microseconds))
            findings.append(
                AlertFinding(
                    .jobLate,
                    about: subject,
                    summary: Remark("alert.jobWaits", "a job of pipeline \(self.pipeline) waits for \(waited)")
                )
            )
        }
        for (recipe, since) in self.trainings.sorted(by: { $0.key < $1.key })
        where now > since + objectives.trainingAlertTime {
            let time = Remark.length(TimeSpan(microseconds: now.microseconds - since.microseconds))
            let promise = Remark.length(objectives.trainingTime)
            findings.append(
                AlertFinding(
                    .trainingSlow,
                    about: "recipe:\(recipe)",
                    summary: Remark(
                        "alert.trainingSlow",
                        "the training of \(recipe) goes on for \(time) (\(promise) is promised)"
                    )
                )
            )
        }
        return findings
    }
}
