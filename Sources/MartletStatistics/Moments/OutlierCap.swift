/// Bounds that a metric's values are pulled to, fixed before the test starts.
///
/// A cap chosen from the data of the test would make the test depend on its own outcome; this one is part of the plan.
package struct OutlierCap: Sendable, Hashable, Codable {
    /// Smaller values count as this one.
    package let lower: Double?
    /// Greater values count as this one.
    package let upper: Double?

    /// Pulls values into `lower`…`upper`; a nil bound does not bind.
    package init(lower: Double? = nil, upper: Double? = nil) {
        self.lower = lower
        self.upper = upper
    }

    /// The value, or the bound it passed.
    package func callAsFunction(_ value: Double) -> Double {
        let raised = self.lower.map { max(value, $0) } ?? value
        return self.upper.map { min(raised, $0) } ?? raised
    }
}
