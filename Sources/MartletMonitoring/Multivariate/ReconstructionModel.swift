package import MartletStatistics

/// The main directions of the training rows: what a row is compressed to, and how it is put together again.
///
/// Rows whose columns no longer go together are put together badly, although each column alone may look as before. A
/// number is standardised, a category stands for its frequency in training, a missing value for the mean; the directions
/// that hold 65 % of the variance are kept.
///
/// - Source: H. Hotelling, "Analysis of a complex of statistical variables into principal components", 1933; the measure
///   is that of NannyML's data reconstruction.
package struct ReconstructionModel: Sendable, Hashable, Codable {
    /// How one column becomes a number.
    package struct Encoding: Sendable, Hashable, Codable {
        package let name: String
        package let mean: Double
        /// Positive.
        package let deviation: Double
        /// The frequency of each category; `nil` for numbers.
        package let frequencies: [String: Double]?
    }

    /// More columns than this are not modelled: the directions of very many columns take too long.
    package static let widthLimit = 200
    private static let keptVariance = 0.65

    package let encodings: [Encoding]
    /// The kept directions, each with one number for each column.
    package let directions: [[Double]]
    /// The errors of rows that the directions were not fitted on.
    package private(set) var held = SampleMoments()

    /// Fits the directions to `rows`, and keeps the errors of `held`; nil for fewer than two columns that vary, for more
    /// than ``widthLimit``, or too few rows.
    package init?(columns: [String: ColumnProfile], rows: [[String: ProfiledCell]], held: [[String: ProfiledCell]]) {
        let encodings = columns.sorted { $0.key < $1.key }.compactMap { Self.encoding($0.key, $0.value) }
        guard encodings.count >= 2, encodings.count <= Self.widthLimit, rows.count > 2 * encodings.count,
            held.count > 1
        else { return nil }
        self.encodings = encodings
        let width = encodings.count
        var products = [Double](repeating: 0, count: width * width)
        for row in rows {
            let values = Self.standardised(row, encodings)
            for first in 0..<width where values[first] != 0 {
                for second in first..<width { products[first * width + second] += values[first] * values[second] }
            }
        }
        for first in 0..<width {
            for second in first..<width {
                products[first * width + second] /= Double(rows.count)
                products[second * width + first] = products[first * width + second]
            }
        }
        let parts = SymmetricEigenvectors.solve(products, width: width)
        let total = parts.reduce(0) { $0 + max(0, $1.value) }
        var (kept, sum) = ([[Double]](), 0.0)
        for part in parts where sum < Self.keptVariance * total {
            kept.append(part.vector)
            sum += max(0, part.value)
        }
        self.directions = kept
        for row in held { self.held.add(self.error(of: row)) }
    }

    /// How far `row` lies from what its main directions say, in standard deviations of the columns.
    package func error(of row: [String: ProfiledCell]) -> Double {
        let values = Self.standardised(row, self.encodings)
        var rest = values
        for direction in self.directions {
            var length = 0.0
            for index in values.indices { length += values[index] * direction[index] }
            for index in rest.indices { rest[index] -= length * direction[index] }
        }
        return rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    private static func encoding(_ name: String, _ column: ColumnProfile) -> Encoding? {
        if let categories = column.categories {
            let total = Double(categories.total)
            guard total > 0 else { return nil }
            let frequencies = categories.counts.mapValues { Double($0) / total }
            var moments = (mean: 0.0, square: 0.0)
            for frequency in frequencies.values.sorted() {
                moments.mean += frequency * frequency
                moments.square += frequency * frequency * frequency
            }
            let deviation = max(0, moments.square - moments.mean * moments.mean).squareRoot()
            guard deviation > 1e-12 else { return nil }
            return Encoding(name: name, mean: moments.mean, deviation: deviation, frequencies: frequencies)
        }
        let deviation = column.moments.standardDeviation
        guard deviation > 0, deviation.isFinite else { return nil }
        return Encoding(name: name, mean: column.moments.mean, deviation: deviation, frequencies: nil)
    }

    private static func standardised(_ row: [String: ProfiledCell], _ encodings: [Encoding]) -> [Double] {
        encodings.map { encoding in
            let value: Double? =
                switch row[encoding.name] ?? .missing {
                case .number(let number): number.isFinite ? number : nil
                case .category(let category): encoding.frequencies.map { $0[category] ?? 0 }
                case .missing: nil
                }
            return value.map { ($0 - encoding.mean) / encoding.deviation } ?? 0
        }
    }
}
