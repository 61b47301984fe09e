package import MartletCore

/// What a gate found: passed, or missed by how much.
package struct GateVerdict: Sendable, Equatable, CustomStringConvertible {
    package let gate: Gate
    package let value: Double
    /// The limit as a number; `nil` when the gate is against a champion and there is none.
    package let limit: Double?

    /// Whether the condition holds; `NaN` on either side never passes.
    package var isPassed: Bool {
        guard !self.value.isNaN else { return false }
        guard let limit else { return true }
        return self.gate.comparison.holds(self.value, limit)
    }

    /// How far the value lies on the wrong side of the limit; 0 when it passed, `NaN` when it cannot be said.
    package var missedBy: Double {
        if self.isPassed { return 0 }
        return abs(self.value - (self.limit ?? .nan))
    }

    /// One sentence: the figure, the limit, and by how much it was missed.
    package var description: String {
        let value = FigureText.of(self.value)
        guard let limit else {
            return self.isPassed
                ? "\(self.gate): passed, \(value); there is no champion to compare with"
                : "\(self.gate): failed, the test part does not determine \(self.gate.metric.rawValue)"
        }
        let against = self.gate.needsChampion ? " (champion limit \(FigureText.of(limit)))" : ""
        if self.isPassed { return "\(self.gate): passed, \(value)\(against)" }
        if self.value.isNaN {
            return "\(self.gate): failed, the test part does not determine \(self.gate.metric.rawValue)"
        }
        if limit.isNaN { return "\(self.gate): failed, the champion's \(self.gate.metric.rawValue) is not determined" }
        let share = limit == 0 ? "" : " (\(FigureText.percent(self.missedBy / abs(limit))))"
        return "\(self.gate): failed, \(value)\(against), missed by \(FigureText.of(self.missedBy))\(share)"
    }

    /// The verdict for a report another program reads.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "gate": .string(self.gate.description), "metric": .string(self.gate.metric.rawValue),
            "value": .number(self.value), "passed": .boolean(self.isPassed), "missed_by": .number(self.missedBy),
        ]
        if let limit { members["limit"] = .number(limit) }
        return .object(members)
    }
}
