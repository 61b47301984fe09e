package import MartletCore

/// How fast a budget may burn, over a long window and a short one, before somebody is told.
///
/// The long window says that it is worth telling, the short one that it still goes on.
///
/// - Source: B. Beyer and others, "The Site Reliability Workbook", 2018, chapter 5: several windows, several burn rates.
package struct BurnRule: Sendable, Hashable {
    package let rule: AlertRule
    /// How many times as fast as it lasts.
    package let rate: Double
    package let long: TimeSpan
    package let short: TimeSpan

    /// The four rules, the fastest first.
    package static let all = [
        BurnRule(rule: .budgetBurnsNow, rate: 14.4, long: .seconds(3_600), short: .seconds(300)),
        BurnRule(rule: .budgetBurnsFast, rate: 6, long: .seconds(6 * 3_600), short: .seconds(1_800)),
        BurnRule(rule: .budgetBurns, rate: 3, long: .days(1), short: .seconds(2 * 3_600)),
        BurnRule(rule: .budgetBurnsSlowly, rate: 1, long: .days(3), short: .seconds(6 * 3_600)),
    ]

    /// All windows that the rules look at, the shortest first.
    package static let windows = Set(Self.all.flatMap { [$0.long, $0.short] }).sorted()

    /// How long a budget lasts.
    package static let period = TimeSpan.days(30)
}

/// How many of some things went wrong.
package struct FaultCount: Sendable, Hashable {
    package let total: Int
    package let bad: Int

    /// Counts things.
    package init(total: Int, bad: Int) {
        self.total = total
        self.bad = bad
    }

    /// The share that went wrong; `nil` when there were none.
    package var share: Double? { self.total == 0 ? nil : Double(self.bad) / Double(self.total) }
}

/// What may go wrong in 30 days, and how fast it is used up.
package struct ErrorBudget: Sendable, Hashable {
    /// The share that may go wrong.
    package let allowedShare: Double
    /// The last 30 days.
    package let period: FaultCount
    /// The windows of ``BurnRule``, as far as they are known.
    package let windows: [TimeSpan: FaultCount]

    /// Fewer things in a window say nothing of a share.
    private static let fewest = 20

    /// Measures what went wrong against `allowedShare`, which must be more than 0.
    package init(allowedShare: Double, period: FaultCount, windows: [TimeSpan: FaultCount]) {
        self.allowedShare = allowedShare
        self.period = period
        self.windows = windows
    }

    /// The part of the budget that is left, 1 for all of it; below 0 when more went wrong than may.
    ///
    /// It goes by what was asked in the last 30 days, so that it is 1 while nothing was.
    package var left: Double { 1 - (self.period.share ?? 0) / self.allowedShare }

    /// How many times as fast as it lasts the budget is used up in `window`; `nil` when nothing was asked in it.
    package func rate(over window: TimeSpan) -> Double? { self.windows[window]?.share.map { $0 / self.allowedShare } }

    /// The fastest rule that both of its windows break.
    package var burning: BurnRule? {
        BurnRule.all.first { rule in
            [rule.long, rule.short]
                .allSatisfy { window in
                    guard let count = self.windows[window], count.total >= Self.fewest,
                        let rate = self.rate(over: window)
                    else { return false }
                    return rate > rule.rate
                }
        }
    }
}
