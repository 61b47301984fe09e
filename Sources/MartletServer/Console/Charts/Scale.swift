import Foundation

/// Places values along a straight line of pixels, with round ticks.
struct Scale: Sendable {
    let lower: Double
    let upper: Double
    let start: Double
    let end: Double
    let isLogarithmic: Bool

    /// Spans `values` from pixel `start` to pixel `end`, a little wider than they are.
    ///
    /// Values that are not finite, and with `isLogarithmic` those not above zero, are passed over.
    init(
        _ values: some Sequence<Double>,
        from start: Double,
        to end: Double,
        isLogarithmic: Bool = false,
        margin: Double = 0.05
    ) {
        var lower = Double.infinity
        var upper = -Double.infinity
        for value in values where value.isFinite && (!isLogarithmic || value > 0) {
            lower = min(lower, value)
            upper = max(upper, value)
        }
        if lower > upper { (lower, upper) = isLogarithmic ? (1, 10) : (0, 1) }
        if isLogarithmic {
            (lower, upper) = (log10(lower), log10(upper))
        }
        if lower == upper {
            let room = lower == 0 ? 1 : abs(lower) * 0.1
            (lower, upper) = (lower - room, upper + room)
        }
        let room = (upper - lower) * margin
        self.lower = lower - room
        self.upper = upper + room
        self.start = start
        self.end = end
        self.isLogarithmic = isLogarithmic
    }

    /// The pixel of `value`, or `nil` where it has none.
    func position(_ value: Double) -> Double? {
        guard value.isFinite, !self.isLogarithmic || value > 0 else { return nil }
        let place = self.isLogarithmic ? log10(value) : value
        return self.start + (place - self.lower) / (self.upper - self.lower) * (self.end - self.start)
    }

    /// About `count` round values inside the span.
    func ticks(_ count: Int) -> [Double] {
        if self.isLogarithmic {
            let first = Int(self.lower.rounded(.up))
            let last = Int(self.upper.rounded(.down))
            if last - first >= 1 {
                let step = max(1, (last - first + 1) / max(1, count))
                return stride(from: first, through: last, by: step).map { pow(10, Double($0)) }
            }
            return [self.lower + (self.upper - self.lower) * 0.1, self.upper - (self.upper - self.lower) * 0.1]
                .map { pow(10, $0) }
        }
        let rough = (self.upper - self.lower) / Double(max(1, count))
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        var ticks: [Double] = []
        var index = (self.lower / step).rounded(.up)
        while index * step <= self.upper + step * 1e-9, ticks.count < 3 * count {
            ticks.append(index * step)
            index += 1
        }
        return ticks
    }

    /// Short texts for `ticks`, all with the same number of decimals.
    static func labels(_ ticks: [Double]) -> [String] {
        let gaps = zip(ticks, ticks.dropFirst()).map { abs($1 - $0) }
        let gap = gaps.min() ?? abs(ticks.first ?? 1)
        let largest = ticks.map { abs($0) }.max() ?? 0
        if largest >= 100_000, gap >= 1_000 {
            let (divisor, unit) = largest >= 1e9 ? (1e9, "G") : largest >= 1e6 ? (1e6, "M") : (1e3, "k")
            let decimals = gap / divisor >= 1 ? 0 : gap / divisor >= 0.1 ? 1 : 2
            return ticks.map { $0 == 0 ? "0" : Figures.number($0 / divisor, decimals: decimals) + unit }
        }
        guard gap > 0 else { return ticks.map { Figures.number($0) } }
        var decimals = max(0, min(9, -Int(log10(gap).rounded(.down))))
        if abs(gap * pow(10, Double(decimals)) - (gap * pow(10, Double(decimals))).rounded()) > 1e-6 { decimals += 1 }
        return ticks.map { Figures.number($0, decimals: decimals) }
    }
}
