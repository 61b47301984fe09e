package import MartletCore

/// What was made from what, as it changed.
package struct PastLineage: Sendable, Hashable {
    /// What was made from what, since a moment.
    package struct Stretch: Sendable, Hashable {
        package let since: EventTime
        package let graph: LineageGraph

        /// Holds until the next one begins.
        package init(since: EventTime, graph: LineageGraph) {
            self.since = since
            self.graph = graph
        }
    }

    private let stretches: [Stretch]

    /// Follows `stretches`; without any nothing was made from anything.
    package init(_ stretches: [Stretch] = []) { self.stretches = stretches.sorted { $0.since < $1.since } }

    /// The graph at a moment.
    func graph(at moment: EventTime) -> LineageGraph {
        self.stretches.last { $0.since <= moment }?.graph ?? LineageGraph()
    }
}
