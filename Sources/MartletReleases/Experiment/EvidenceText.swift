import Foundation
import MartletStatistics

/// Figures of a comparison in sentences.
enum EvidenceText {
    /// One metric in a sentence.
    static func sentence(_ evidence: MetricEvidence) -> String {
        guard let control = evidence.control, let treatment = evidence.treatment else {
            return "There are no data of \(evidence.name) yet."
        }
        let figures = "\(evidence.name) is \(Self.number(treatment)) against \(Self.number(control))"
        guard let improvement = evidence.improvement else { return "\(figures)." }
        if let look = evidence.oneLook {
            let name = look.test == .welch ? "Welch's t-test" : "Mann and Whitney's test"
            let when = look.isLast ? "" : ", to be judged at the end"
            return "\(figures): an improvement of \(Self.percent(improvement)) by \(name)"
                + " (p = \(Self.probability(evidence.pValue)) for one look\(when))\(Self.explained(evidence))."
        }
        guard let interval = evidence.interval else {
            return "\(figures): too few data for bounds."
        }
        let lower = interval.lower.map(Self.percent) ?? "-∞"
        let upper = interval.upper.map(Self.percent) ?? "∞"
        return
            "\(figures): an improvement of \(Self.percent(improvement)), between \(lower) and \(upper) over all looks "
            + "(p = \(Self.probability(evidence.pValue)))\(Self.explained(evidence))."
    }

    /// How much of the variance was known before.
    private static func explained(_ evidence: MetricEvidence) -> String {
        guard let share = evidence.varianceReduction else { return "" }
        return ", with \(Self.percent(share)) of the variance known before"
    }

    /// A share in percent, such as `5.2 %`.
    static func percent(_ share: Double) -> String {
        let text = String(format: "%.2f", share * 100)
        let trimmed = text.hasSuffix(".00") ? String(text.dropLast(3)) : text
        return "\(trimmed) %"
    }

    /// A probability to three digits.
    static func probability(_ value: Double) -> String { String(format: "%.3g", value) }

    /// A time in the largest unit of which two have passed, such as `3.5 days` or `12 minutes`.
    static func duration(days: Double) -> String {
        if days >= 2 { return "\(Self.number(days)) days" }
        if days * 24 >= 2 { return "\(Self.number(days * 24)) hours" }
        return "\(Self.number(max(1, (days * 1_440).rounded(.up)))) minutes"
    }

    /// A figure to four digits.
    static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
