import Foundation

/// An axis: the numbers it covers, and the round ones that are marked.
struct PlotScale {
    let lower: Double
    let upper: Double
    /// The marked numbers, rising.
    let ticks: [Double]
    private let step: Double

    /// An axis that covers `values` with about `tickCount` marks on round numbers.
    ///
    /// What is not finite is passed over. With `isTight` it ends at the outermost values, else at the marks around them.
    init(covering values: some Sequence<Double>, tickCount: Int = 6, isTight: Bool = false) {
        var least = Double.infinity
        var greatest = -Double.infinity
        for value in values where value.isFinite {
            least = min(least, value)
            greatest = max(greatest, value)
        }
        if least > greatest { (least, greatest) = (0, 1) }
        if least == greatest {
            let room = least == 0 ? 1 : abs(least) * 0.1
            (least, greatest) = (least - room, greatest + room)
        }
        let step = Self.roundStep((greatest - least) / Double(max(1, tickCount)))
        let first = (least / step + (isTight ? -1e-9 : 1e-9)).rounded(isTight ? .up : .down)
        let last = (greatest / step + (isTight ? 1e-9 : -1e-9)).rounded(isTight ? .down : .up)
        self.step = step
        self.lower = isTight ? least : first * step
        self.upper = isTight ? greatest : last * step
        self.ticks = last < first ? [] : (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    /// From 0 to 1, as shares lie.
    static let unit = PlotScale(covering: [0, 1], tickCount: 5)

    /// How far `value` lies on the way from the lower to the upper end.
    func share(_ value: Double) -> Double { (value - self.lower) / (self.upper - self.lower) }

    /// The marked number as text: all of one axis with the same digits, thousands and millions shortened.
    func label(_ tick: Double) -> String {
        let greatest = max(abs(self.lower), abs(self.upper))
        let (unit, suffix): (Double, String) =
            switch greatest {
            case 1e12...: (1, "")
            case 1e9...: (1e9, "B")
            case 1e6...: (1e6, "M")
            case 1e4...: (1e3, "k")
            default: (1, "")
            }
        if greatest >= 1e12 || greatest < 1e-4 { return String(format: "%.3g", tick) }
        let digits = max(0, Int((-log10(self.step / unit)).rounded(.up)) + (self.hasHalfStep(unit) ? 1 : 0))
        let value = tick / unit
        let text = String(format: "%.\(min(digits, 6))f", value == 0 ? 0 : abs(value))
        let isZero = abs(tick) < self.step / 1_000
        return (tick < 0 && !isZero ? "−" : "") + text + (isZero ? "" : suffix)
    }

    /// Whether a step such as 2.5 needs a digit more than its size says.
    private func hasHalfStep(_ unit: Double) -> Bool {
        let step = self.step / unit
        let leading = step / pow(10, log10(step).rounded(.down))
        return abs(leading - 2.5) < 1e-6
    }

    /// How high a bar of `count` stands where each tenfold is as high as the last; 1 for one.
    static func logarithm(_ count: Int) -> Double { 1 + log10(Double(max(1, count))) }

    private static func roundStep(_ raw: Double) -> Double {
        let size = pow(10, log10(raw).rounded(.down))
        let leading = [1, 2, 2.5, 5, 10].first { raw / size <= $0 + 1e-9 } ?? 10
        return leading * size
    }
}
