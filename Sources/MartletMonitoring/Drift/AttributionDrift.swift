import Foundation

/// Whether predictions are made of the same columns as in training.
///
/// Columns are ranked by their mean absolute SHAP value in the current window; the normalised discounted cumulative gain
/// says how good that ranking is when each column's worth is its value in training: 1 when both rank alike. Mean SHAP
/// values follow the inputs, so this tells which drift the model cares about.
///
/// - Source: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002; the threshold of 0.9
///   is Amazon SageMaker Model Monitor's.
package struct AttributionDrift: Sendable, Hashable, Codable {
    /// The share of all contributions that one column makes.
    package struct Part: Sendable, Hashable, Codable {
        package let name: String
        package let referenceShare: Double
        package let currentShare: Double
    }

    /// Below this the ranking counts as changed.
    package static let threshold = 0.9

    /// 0…1.
    package let gain: Double
    /// The columns by how much their share moved, the most first.
    package let parts: [Part]

    /// Compares mean absolute contributions; nil when a side has none.
    package init?(reference: [String: Double], current: [String: Double]) {
        let names = reference.keys.filter { current[$0] != nil }.sorted()
        let (total, all) = (
            names.reduce(0) { $0 + (reference[$1] ?? 0) }, names.reduce(0) { $0 + (current[$1] ?? 0) }
        )
        guard total > 0, all > 0 else { return nil }
        let parts = names.map { name in
            Part(
                name: name,
                referenceShare: (reference[name] ?? 0) / total,
                currentShare: (current[name] ?? 0) / all
            )
        }
        func discounted(_ ranked: [Part]) -> Double {
            ranked.enumerated().reduce(0) { $0 + $1.element.referenceShare / log2(Double($1.offset) + 2) }
        }
        let ideal = discounted(parts.sorted { $0.referenceShare > $1.referenceShare })
        self.gain = discounted(parts.sorted { $0.currentShare > $1.currentShare }) / ideal
        self.parts = parts.sorted { first, second in
            let (one, two) = (
                abs(first.currentShare - first.referenceShare), abs(second.currentShare - second.referenceShare)
            )
            return one == two ? first.name < second.name : one > two
        }
    }

    /// Whether the ranking changed.
    package var verdict: DriftVerdict { self.gain < Self.threshold ? .drifted : .stable }
}
