import MartletCore

/// The features of one view that live models read, as alerts name them when the view is stale.
struct StaleFeatures: Sendable, Hashable {
    /// Those that any endpoint reads, such as `feature mean_price of prices`; `nil` when none does.
    let all: Remark?
    /// Those that each endpoint reads.
    let byEndpoint: [String: Remark]

    /// The most that are named one by one.
    private static let limit = 3

    /// Names the features of `view` that are read along `graph`; those that drifted, by endpoint, come first.
    init(of view: String, along graph: LineageGraph, drifted: [String: Set<String>]) {
        let readers = graph.features(of: view)
        self.byEndpoint = Dictionary(
            readers.map { ($0, Self.text($1, first: drifted[$0] ?? [], of: view)) },
            uniquingKeysWith: { first, _ in first }
        )
        let anywhere = drifted.filter { readers[$0.key] != nil }.values.reduce(into: Set()) { $0.formUnion($1) }
        let names = Set(readers.values.flatMap(\.self)).sorted()
        self.all = names.isEmpty ? nil : Self.text(names, first: anywhere, of: view)
    }

    private static func text(_ names: [String], first drifted: Set<String>, of view: String) -> Remark {
        let sorted = names.filter(drifted.contains) + names.filter { !drifted.contains($0) }
        let rest = sorted.count - Self.limit
        let shown = sorted.prefix(Self.limit).joined(separator: ", ")
        if rest > 0 { return Remark("alert.subject.featuresMore", "features \(shown) and \(rest) more of \(view)") }
        return sorted.count == 1
            ? Remark("alert.subject.feature", "feature \(shown) of \(view)")
            : Remark("alert.subject.features", "features \(shown) of \(view)")
    }
}
