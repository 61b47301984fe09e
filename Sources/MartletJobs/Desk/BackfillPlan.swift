package import Foundation
package import MartletCore

/// The jobs that would catch up on a stretch of the past, and what they would take.
package struct BackfillPlan: Sendable, Hashable {
    /// The most jobs of one backfill.
    package static let limit = 1_000

    /// The moments, the oldest first.
    package let ticks: [EventTime]
    /// The zone their dates are in.
    package let zone: TimeZone
    /// How many jobs of the past the figures stand on.
    package let basis: Int
    /// The time all jobs take one after another, from the median of earlier ones; `nil` without any.
    package let seconds: Double?
    /// The rows they read, from the median of earlier ones; `nil` when no earlier job told.
    package let rows: Int?

    /// The zone in which a backfill of `pipeline` reads dates: that of its first clock.
    package static func zone(of pipeline: Pipeline) -> TimeZone {
        pipeline.triggers.first { $0.schedule != nil }?.zone ?? .gmt
    }

    /// Plans the ticks of `pipeline` from `start` up to, not including, `end`.
    ///
    /// - Parameters:
    ///   - pipeline: its first clock gives the moments, unless `every` does.
    ///   - every: the distance of the moments.
    ///   - start: the first moment that counts.
    ///   - end: the end, which does not count.
    ///   - history: earlier jobs of the pipeline.
    /// - Throws: `job.invalid` when there is no clock, no tick, or more than ``limit``.
    package init(
        of pipeline: Pipeline,
        every: TimeSpan? = nil,
        from start: EventTime,
        to end: EventTime,
        history: [Job]
    ) throws(JobError) {
        guard start < end else {
            throw JobError(.jobInvalid, "the stretch from \(start) to \(end) is empty; --from must be before --to")
        }
        let trigger = pipeline.triggers.first { $0.schedule != nil }
        guard let schedule = every.map({ Schedule.interval($0) }) ?? trigger?.schedule else {
            throw JobError(
                .jobInvalid,
                "pipeline '\(pipeline.name)' has no clock; say how far apart the moments are with --every, such as 1d"
            )
        }
        let before = EventTime(microseconds: start.microseconds - 1)
        let last = EventTime(microseconds: end.microseconds - 1)
        self.ticks = schedule.ticks(after: before, through: last, limit: Self.limit + 1)
        self.zone = Self.zone(of: pipeline)
        if self.ticks.isEmpty {
            throw JobError(.jobInvalid, "no moment of '\(pipeline.name)' lies from \(start) to \(end)")
        }
        if self.ticks.count > Self.limit {
            throw JobError(
                .jobInvalid,
                "more than \(Self.limit) moments lie from \(start) to \(end); take a shorter stretch, or --every"
            )
        }
        let done = history.filter { $0.phase == .succeeded }
        self.basis = done.count
        let lengths = done.compactMap { job -> Double? in
            guard let from = job.startedAt, let to = job.endedAt else { return nil }
            return Double(to.microseconds - from.microseconds) / 1_000_000
        }
        let count = Double(self.ticks.count)
        self.seconds = Self.median(lengths).map { $0 * count }
        let rows = done.compactMap { job -> Double? in
            let counts = job.steps.compactMap { state -> Double? in
                if case .integer(let rows)? = state.result["rows"] { Double(rows) } else { nil }
            }
            return counts.isEmpty ? nil : counts.reduce(0, +)
        }
        self.rows = Self.median(rows).map { Int(($0 * count).rounded()) }
    }

    private static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
