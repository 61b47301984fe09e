/// What is made from what: source → feature view → model version → endpoint, and the pipelines between.
///
/// Things are named as alerts name them: `source:sales`, `pipeline:nightly`, `view:prices`, `model:rent:3`,
/// `endpoint:rent`.
package struct LineageGraph: Sendable, Hashable {
    private var downstream: [String: Set<String>] = [:]
    /// By feature view, then by endpoint.
    private var features: [String: [String: Set<String>]] = [:]

    /// Knows nothing.
    package init() {}

    /// Notes that `lower` is made from `upper`.
    package mutating func connect(_ upper: String, to lower: String) {
        if upper != lower { self.downstream[upper, default: []].insert(lower) }
    }

    /// Notes that what is live at `endpoint` reads the inputs `features`, which come from the feature view `view`.
    package mutating func read(_ features: [String], of view: String, at endpoint: String) {
        self.features[view, default: [:]][endpoint, default: []].formUnion(features)
    }

    /// The inputs from the feature view `view` that are read, by endpoint, in the order of names.
    package func features(of view: String) -> [String: [String]] {
        (self.features[view] ?? [:]).mapValues { $0.sorted() }
    }

    /// How many steps each thing is away that is made from `upper`, itself with 0 among them.
    ///
    /// Cycles do no harm.
    package func distances(from upper: String) -> [String: Int] {
        var distances = [upper: 0]
        var (edge, distance) = ([upper], 0)
        while !edge.isEmpty {
            distance += 1
            edge = edge.flatMap { self.downstream[$0] ?? [] }.filter { distances.updateValueIfAbsent(distance, $0) }
        }
        return distances
    }

    /// The endpoints that are made from `upper`, in the order of names.
    package func endpoints(from upper: String) -> [String] {
        self.distances(from: upper).keys.filter { $0.hasPrefix("endpoint:") }
            .map { String($0.dropFirst("endpoint:".count)) }
            .sorted()
    }
}

extension Dictionary where Key == String, Value == Int {
    /// Sets the value of a new key; whether it is new.
    fileprivate mutating func updateValueIfAbsent(_ value: Int, _ key: String) -> Bool {
        guard self[key] == nil else { return false }
        self[key] = value
        return true
    }
}
