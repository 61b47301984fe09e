/// One figure as Prometheus reads it, from a part of the program that the server does not know.
package struct MetricSample: Sendable, Hashable {
    package let name: String
    package let help: String
    /// Whether it only grows.
    package let isCounter: Bool
    /// Names and values, in the order in which they are written.
    package let labels: [[String]]
    package let value: Double

    /// Names a figure.
    package init(
        _ name: String,
        _ help: String,
        isCounter: Bool = false,
        labels: [(String, String)] = [],
        value: Double
    ) {
        self.name = name
        self.help = help
        self.isCounter = isCounter
        self.labels = labels.map { [$0.0, $0.1] }
        self.value = value
    }
}
