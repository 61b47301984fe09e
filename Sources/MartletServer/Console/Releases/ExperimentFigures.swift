import Foundation
import MartletCore
import MartletReleases
import MartletStatistics
import MartletTracking

/// An A/B test as its page draws it: the bounds over time, the metrics, the split, the forecast.
struct ExperimentFigures: Sendable {
    let state: ExperimentState
    let trail: ReleaseTrail
    let visit: ConsoleVisit

    var view: View {
        let words = self.visit.words
        let plan = self.state.experiment
        var view: View = [
            "verdictText": ReleaseBadge.outcome(self.state.outcome ?? self.state.verdict.rawValue, words),
            "verdictStyle": ReleaseBadge.verdictStyle(self.state.outcome ?? self.state.verdict.rawValue),
            "reasons": self.reasons, "hasReasons": !self.reasons.isEmpty,
            "isPaired": plan.isPaired, "forecast": self.forecast, "hasForecast": true,
        ]
        if self.trail.points.count > 1 {
            let end = plan.durationMinimum.seconds / 86_400
            let unit = ElapsedUnit(reaching: max(end, self.trail.points.last?.elapsedDays ?? 0))
            view["bandUnit"] = words("test.always", words[unit.phrase])
            view["bandMarkup"] =
                BandChart(
                    title: words["test.improvement"],
                    names: (words["test.estimate"], words["test.lower"], words["test.upper"]),
                    points: self.trail.points.map {
                        BandChart.Point(
                            x: $0.elapsedDays * unit.perDay,
                            value: $0.improvement,
                            lower: $0.lower,
                            upper: $0.upper
                        )
                    },
                    lines: [
                        BandChart.Line(name: words["test.zero"], value: 0),
                        BandChart.Line(
                            name: words["test.wanted"] + " " + Figures.share(plan.improvementMinimum),
                            value: plan.improvementMinimum
                        ),
                    ],
                    end: end * unit.perDay
                )
                .markup()
        }
        guard let assessment = self.trail.assessment else { return view }
        view["metricRows"] = assessment.evidence.map(self.row)
        view["hasMetricRows"] = !assessment.evidence.isEmpty
        return view.merging(self.split(assessment))
    }

    /// The newest look's sentences while it runs, then those of the end.
    private var reasons: [String] {
        let told = self.state.remarks ?? self.state.reasons.map(Remark.init(said:))
        let remarks = self.state.phase.isFinal ? told : self.trail.assessment?.remarks ?? told
        return remarks.map { self.visit.words($0) }
    }

    private func row(_ evidence: MetricEvidence) -> View {
        let words = self.visit.words
        let standing = evidence.isBetter ? "better" : evidence.isWorse ? "worse" : "open"
        return [
            "metricName": evidence.name, "metricNote": self.note(evidence),
            "role": words["test." + evidence.role.rawValue],
            "control": evidence.control.map { Figures.number($0) },
            "treatment": evidence.treatment.map { Figures.number($0) },
            "improvement": evidence.improvement.map(Self.signed),
            "bounds": evidence.interval.map {
                "\($0.lower.map(Self.signed) ?? "−∞") … \($0.upper.map(Self.signed) ?? "∞")"
            },
            "pValue": evidence.interval == nil && evidence.oneLook == nil
                ? nil : Self.probability(evidence.adjustedPValue),
            "standing": words["test." + standing],
            "standingStyle": evidence.isBetter ? "approved" : evidence.isWorse ? "rejected" : "plain",
        ]
    }

    /// How the metric is judged, where that is not by the bounds of the metric itself.
    private func note(_ evidence: MetricEvidence) -> String? {
        let words = self.visit.words
        let notes = [
            evidence.varianceReduction.map { words("test.explained", Figures.share($0)) },
            evidence.oneLook.map { words["test." + $0.test.rawValue] },
        ]
        let known = notes.compactMap { $0 }
        return known.isEmpty ? nil : known.joined(separator: " · ")
    }

    private func split(_ assessment: ExperimentAssessment) -> View {
        let words = self.visit.words
        let share = self.state.experiment.treatmentWeight
        guard let reading = self.trail.reading else { return [:] }
        let names = [ExperimentReading.control, ExperimentReading.treatment]
        let units = names.map { reading.variants[$0]?.units ?? 0 }
        let total = units.reduce(0, +)
        var view: View = [
            "hasSplit": total > 0,
            "splitRows": names.enumerated()
                .map { index, name -> View in
                    [
                        "variantName": words["test." + name], "units": Figures.count(units[index]),
                        "planned": SplitBar.percent(index == 0 ? 10_000 - share : share),
                        "arrived": total > 0 ? Figures.share(Double(units[index]) / Double(total)) : nil,
                    ]
                },
        ]
        if let pValue = assessment.splitPValue {
            let isBad = pValue < self.state.experiment.splitAlpha
            view["splitText"] = words(isBad ? "test.splitBad" : "test.splitGood", Self.probability(pValue))
            view["splitStyle"] = isBad ? "bad" : "good"
        }
        return view
    }

    private var forecast: [View] {
        let words = self.visit.words
        let plan = self.state.experiment
        let figures = self.visit.figures
        var facts: [View] = [
            [
                "label": words["test.planDuration"],
                "text": words(
                    "test.duration",
                    figures.duration(plan.durationMinimum.seconds),
                    figures.duration(plan.durationMaximum.seconds)
                ),
            ]
        ]
        if let since = self.state.runningSince {
            let end = self.state.phase.isFinal ? self.state.phaseSince : self.visit.now
            let elapsed = Double(max(0, end.microseconds - since.microseconds)) / 1e6
            facts.append(["label": words["test.elapsed"], "text": figures.duration(elapsed)])
        }
        guard let assessment = self.trail.assessment else { return facts }
        if let units = assessment.evidence.first?.unitsNeeded, assessment.daysLeft != 0 {
            facts.append(["label": words["test.unitsNeeded"], "text": Figures.count(units)])
        }
        if let days = assessment.daysLeft, days > 0 {
            facts.append(["label": words["test.daysLeft"], "text": figures.duration(days * 86_400)])
        }
        if let effect = assessment.detectableEffect {
            facts.append(["label": words["test.detectable"], "text": Figures.share(effect)])
        }
        return facts
    }

    private static func signed(_ share: Double) -> String { (share > 0 ? "+" : "") + Figures.share(share) }

    private static func probability(_ value: Double) -> String {
        value < 0.0001 ? "< 0.0001" : Figures.number(value, decimals: value < 0.1 ? 4 : 2)
    }
}
