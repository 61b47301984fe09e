package import MartletStatistics

/// The loss of a model in parts of its traffic.
package struct SliceErrors: Sendable, Hashable {
    /// A part of the traffic that one column names.
    package struct Slice: Sendable, Hashable, Codable {
        package let column: String
        /// Such as `= Mapo-gu` or `≤ 59.9`.
        package let part: String
        package let count: Int
        package let loss: Double
        /// The loss of all other rows.
        package let otherLoss: Double
        /// The difference to all other rows, 95 %.
        package let difference: ConfidenceInterval
        /// Adjusted for the number of slices (Benjamini–Hochberg).
        package let adjustedPValue: Double
    }

    /// Smaller parts say nothing.
    package static let smallest = 20

    private var parts: [String: [String: SampleMoments]] = [:]

    /// Nothing yet.
    package init() {}

    /// Takes in the loss of a row that lies in `part` of `column`.
    package mutating func add(_ loss: Double, column: String, part: String) {
        self.parts[column, default: [:]][part, default: SampleMoments()].add(loss)
    }

    /// The slices whose loss is greater than that of the other rows, the greatest difference first.
    package var worst: [Slice] {
        var found: [(String, String, SampleMoments, SampleMoments, TestResult)] = []
        for (column, parts) in self.parts.sorted(by: { $0.key < $1.key }) {
            for (part, moments) in parts.sorted(by: { $0.key < $1.key }) where moments.count >= Self.smallest {
                var others = SampleMoments()
                for (name, other) in parts where name != part { others.merge(other) }
                guard others.count >= Self.smallest, let test = WelchTest.compare(control: others, treatment: moments)
                else { continue }
                found.append((column, part, moments, others, test))
            }
        }
        let adjusted = FamilyCorrection.benjaminiHochberg.adjusted(found.map(\.4.pValue))
        return zip(found, adjusted)
            .compactMap { slice, pValue -> Slice? in
                guard slice.2.mean > slice.3.mean, let interval = slice.4.interval else { return nil }
                return Slice(
                    column: slice.0,
                    part: slice.1,
                    count: slice.2.count,
                    loss: slice.2.mean,
                    otherLoss: slice.3.mean,
                    difference: interval,
                    adjustedPValue: pValue
                )
            }
            .sorted { $0.loss - $0.otherLoss > $1.loss - $1.otherLoss }
    }
}
