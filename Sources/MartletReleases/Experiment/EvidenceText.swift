import Foundation
import MartletCore
import MartletStatistics

/// Figures of a comparison in sentences.
enum EvidenceText {
    /// One metric in a sentence.
    static func remark(_ evidence: MetricEvidence) -> Remark {
        guard let control = evidence.control, let treatment = evidence.treatment else {
            return Remark("metric.noData", "There are no data of \(evidence.name) yet.")
        }
        let (new, old) = (Self.number(treatment), Self.number(control))
        let figures = Remark("metric.figures", "\(evidence.name) is \(new) against \(old)")
        guard let improvement = evidence.improvement.map(Self.percent) else {
            return Remark("metric.alone", "\(figures).")
        }
        let pValue = Self.probability(evidence.pValue)
        let explained = Self.explained(evidence)
        if let look = evidence.oneLook {
            let name =
                look.test == .welch
                ? Remark("metric.welch", "Welch's t-test") : Remark("metric.mannWhitney", "Mann and Whitney's test")
            let when = look.isLast ? "" : Remark("metric.atTheEnd", ", to be judged at the end")
            return Remark(
                "metric.oneLook",
                "\(figures): an improvement of \(improvement) by \(name) (p = \(pValue) for one look\(when))\(explained)."
            )
        }
        guard let interval = evidence.interval else {
            return Remark("metric.tooFew", "\(figures): too few data for bounds.")
        }
        let lower = interval.lower.map(Self.percent) ?? "-∞"
        let upper = interval.upper.map(Self.percent) ?? "∞"
        return Remark(
            "metric.bounds",
            """
            \(figures): an improvement of \(improvement), between \(lower) and \(upper) over all looks (p = \(pValue))\
            \(explained).
            """
        )
    }

    /// How much of the variance was known before.
    private static func explained(_ evidence: MetricEvidence) -> Remark {
        guard let share = evidence.varianceReduction.map(Self.percent) else { return "" }
        return Remark("metric.explained", ", with \(share) of the variance known before")
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
    static func duration(days: Double) -> Remark {
        if days >= 2 { return Remark("duration.days", "\(Self.number(days)) days") }
        if days * 24 >= 2 { return Remark("duration.hours", "\(Self.number(days * 24)) hours") }
        return Remark("duration.minutes", "\(Self.number(max(1, (days * 1_440).rounded(.up)))) minutes")
    }

    /// A figure to four digits.
    static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
