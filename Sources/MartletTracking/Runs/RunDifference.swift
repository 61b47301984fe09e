/// What differs between runs, row by row.
package struct RunDifference: Sendable, Hashable {
    /// One param, metric or tag over all compared runs.
    package struct Row: Sendable, Hashable {
        package let name: String
        /// A text for each run, in the order compared; `nil` where the run lacks it.
        package let values: [String?]

        /// Whether not all runs agree.
        package var isDifferent: Bool { Set(self.values).count > 1 }
    }

    /// The params of any run, by name.
    package let parameters: [Row]
    /// The latest metrics of any run, by name.
    package let metrics: [Row]
    /// The tags of any run, by name.
    package let tags: [Row]

    /// Compares `runs` in the order given.
    package init(_ runs: [Run]) {
        self.parameters = Self.rows(runs) { $0.parameters }
        self.metrics = Self.rows(runs) { $0.metrics.mapValues { $0.value.description } }
        self.tags = Self.rows(runs) { $0.tags }
    }

    private static func rows(_ runs: [Run], _ values: (Run) -> [String: String]) -> [Row] {
        let columns = runs.map(values)
        return Set(columns.flatMap(\.keys)).sorted()
            .map { name in
                Row(name: name, values: columns.map { $0[name] })
            }
    }
}
