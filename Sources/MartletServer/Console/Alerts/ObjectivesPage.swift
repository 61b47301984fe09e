import MartletCore
import MartletMonitoring
import MartletTracking

/// What is promised, how it is kept, and what is left of each budget.
struct ObjectivesPage: Sendable {
    static let liveInterval = 10_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        let levels = try await self.context.alerts?.levels?().levels ?? []
        let shown = levels.filter(Self.isReadable)
        let broken = shown.count { $0.isKept == false }
        return ConsolePage(
            template: "objectives",
            title: self.words["objectives"],
            section: .quality,
            view: [
                "tabs": QualityPage.tabs("objectives", self.words, self.context),
                "liveInterval": String(Self.liveInterval), "isWell": broken == 0,
                "headText": broken == 0
                    ? self.words["objectives.kept"] : self.words("objectives.brokenCount", Figures.count(broken)),
                "rows": shown.map(self.row), "hasRows": !shown.isEmpty,
            ]
        )
    }

    static func isReadable(_ level: ServiceLevel) -> Bool {
        guard level.subject.hasPrefix("endpoint:") else { return true }
        let endpoint = String(level.subject.dropFirst("endpoint:".count))
        return (try? Principal.require(.read, on: .endpoint(endpoint))) != nil
    }

    private func row(_ level: ServiceLevel) -> View {
        var view: View = [
            "objective": self.words["objective." + level.objective.rawValue], "subject": level.subject,
            "promised": (level.isLowerLimit ? "≥ " : "≤ ") + self.figure(level.promised, level.unit),
            "present": level.present.map { self.figure($0, level.unit) },
        ]
        switch level.isKept {
        case true?: (view["keptText"], view["keptStyle"]) = (self.words["objectives.is.kept"], "approved")
        case false?: (view["keptText"], view["keptStyle"]) = (self.words["objectives.is.broken"], "rejected")
        case nil: (view["keptText"], view["keptStyle"]) = (self.words["objectives.is.unknown"], "plain")
        }
        guard let budget = level.budget else { return view }
        view["budgetMarkup"] = BudgetBar(
            label: self.words["objectives.budget"],
            left: budget.left
        )
        .markup()
        view["leftText"] = Figures.share(budget.left)
        view["askedText"] = self.words(
            "objectives.asked",
            Figures.count(budget.period.bad),
            Figures.count(budget.period.total)
        )
        view["rates"] = BurnRule.windows.compactMap { window in
            budget.rate(over: window)
                .map { rate in
                    [
                        "window": self.words(TimeSpan(window.shortText) ?? window),
                        "rate": Figures.number(rate, decimals: rate < 10 ? 1 : 0),
                        "rateStyle": rate > 1 ? "fast" : "",
                    ] as View
                }
        }
        view["burning"] = budget.burning.map {
            self.words("objectives.burning", Figures.number($0.rate), self.words($0.long))
        }
        return view
    }

    private func figure(_ value: Double, _ unit: ServiceLevel.Unit) -> String {
        switch unit {
        case .share: Figures.share(value)
        case .seconds: value == 0 ? self.words("duration.s", "0") : self.visit.figures.duration(value)
        }
    }
}

/// What is left of a budget, as a bar.
struct BudgetBar: Sendable {
    /// What a screen reader says first.
    let label: String
    /// 1 for all of it; below 0 when more is used than there is.
    let left: Double

    /// The drawing.
    func markup() -> Markup {
        var svg = SVG(width: 120, height: 10)
        svg.rectangle(0, 0, 120, 10, "rest", radius: 3)
        let share = min(max(self.left, 0), 1)
        let style = self.left < 0.1 ? "low" : self.left < 0.5 ? "half" : "much"
        if share > 0 { svg.rectangle(0, 0, 120 * share, 10, style, radius: 3) }
        return svg.markup("budget", label: "\(self.label): \(Figures.share(self.left))")
    }
}
