import MartletCore

/// What the model's inputs and answers looked like in training, for later drift checks (`reference.json`).
package struct ReferenceDistributions: Sendable, Equatable, Codable {
    /// One column's distribution.
    package struct Distribution: Sendable, Equatable, Codable {
        /// Upper edges of the bins but the last, rising; a value belongs to the first bin whose edge is not below it.
        ///
        /// Deciles of the values; equal deciles are one edge. `nil` for a category column.
        package let edges: [Double]?
        /// The categories; `nil` for a number column.
        package let categories: [String]?
        /// Rows in each bin, or of each category.
        package let counts: [Int]
        package let missingCount: Int
        /// Of the values present; `nil` for categories and when none is present.
        package let mean: Double?
        package let standardDeviation: Double?

        /// Counts numbers, `NaN` as missing, into ten bins of about equal size.
        package init(numbers: [Double]) {
            let sorted = numbers.filter { !$0.isNaN }.sorted()
            var edges: [Double] = []
            for tenth in 1..<10 where !sorted.isEmpty {
                let edge = Quantiles.value(sorted: sorted, at: Double(tenth) / 10)
                if edge.isFinite, edge > edges.last ?? -.infinity { edges.append(edge) }
            }
            var counts = [Int](repeating: 0, count: edges.count + 1)
            var bin = 0
            for value in sorted {
                while bin < edges.count, value > edges[bin] { bin += 1 }
                counts[bin] += 1
            }
            let finite = sorted.filter(\.isFinite)
            let mean = finite.reduce(0, +) / Double(max(1, finite.count))
            let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, finite.count))
            self.edges = edges
            self.categories = nil
            self.counts = counts
            self.missingCount = numbers.count - sorted.count
            self.mean = finite.isEmpty ? nil : mean
            self.standardDeviation = finite.isEmpty ? nil : variance.squareRoot()
        }

        /// Counts category codes; a code that is `NaN` is missing or unknown.
        package init(codes: [Double], categories: [String]) {
            var counts = [Int](repeating: 0, count: categories.count)
            var missing = 0
            for code in codes {
                if let index = Int(exactly: code), counts.indices.contains(index) {
                    counts[index] += 1
                } else {
                    missing += 1
                }
            }
            self.edges = nil
            self.categories = categories
            self.counts = counts
            self.missingCount = missing
            self.mean = nil
            self.standardDeviation = nil
        }
    }

    /// Rows the features were taken from: the training part.
    package let rowCount: Int
    package let features: [String: Distribution]
    /// Predictions on the validation part, which the trees have not seen.
    package let prediction: Distribution
    /// The label in the training part.
    package let label: Distribution
}
