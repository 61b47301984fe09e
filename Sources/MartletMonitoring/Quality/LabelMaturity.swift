package import MartletCore

/// How soon labels come: the share of predictions whose label is in after a delay.
///
/// Predictions too young to have their label are counted for as long as they are old, and no longer, so that a busy
/// morning does not look like missing labels.
///
/// - Source: E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", 1958.
package struct LabelMaturity: Sendable, Hashable, Codable {
    /// The share that has its label within a delay.
    package struct Point: Sendable, Hashable, Codable {
        package let delay: TimeSpan
        package let share: Double
    }

    package let predictionCount: Int
    package let labelledCount: Int
    /// At usual delays, up to the age of the oldest prediction.
    package let curve: [Point]
    /// Within which delay half of the labels come; `nil` when that is not known yet.
    package let medianDelay: TimeSpan?

    /// The delays that are told.
    package static let delays: [TimeSpan] = [
        .seconds(60), .seconds(3_600), .seconds(6 * 3_600), .seconds(12 * 3_600),
        .days(1), .days(2), .days(3), .days(7), .days(14), .days(30), .days(60), .days(90), .days(180),
    ]

    /// Estimates from the age of each prediction and, when its label is in, the delay at which it came.
    package init(_ predictions: [(age: TimeSpan, delay: TimeSpan?)]) {
        self.predictionCount = predictions.count
        self.labelledCount = predictions.count { $0.delay != nil }
        let ends = predictions.map { (at: max(0, ($0.delay ?? $0.age).microseconds), isLabel: $0.delay != nil) }
            .sorted { ($0.at, $0.isLabel ? 0 : 1) < ($1.at, $1.isLabel ? 0 : 1) }
        var (waiting, without, index) = (Double(ends.count), 1.0, 0)
        var steps: [(at: Int64, share: Double)] = []
        while index < ends.count {
            let at = ends[index].at
            var (came, left) = (0.0, 0.0)
            while index < ends.count, ends[index].at == at {
                if ends[index].isLabel { came += 1 } else { left += 1 }
                index += 1
            }
            if came > 0 {
                without *= 1 - came / waiting
                steps.append((at, 1 - without))
            }
            waiting -= came + left
        }
        let oldest = predictions.map(\.age.microseconds).max() ?? 0
        self.curve = Self.delays.filter { $0.microseconds <= oldest }
            .map { delay in Point(delay: delay, share: steps.last { $0.at <= delay.microseconds }?.share ?? 0) }
        self.medianDelay = steps.first { $0.share >= 0.5 }.map { TimeSpan(microseconds: $0.at) }
    }

    /// The share of predictions whose label is in now; 0 when there are none.
    package var labelledShare: Double {
        self.predictionCount > 0 ? Double(self.labelledCount) / Double(self.predictionCount) : 0
    }
}
