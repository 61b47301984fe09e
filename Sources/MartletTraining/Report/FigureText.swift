import Foundation

/// Figures as a person reads them.
package enum FigureText {
    /// Four significant digits below 100, whole numbers with separators above 1,000.
    package static func of(_ value: Double) -> String {
        if value.isNaN { return "not determined" }
        if value.isInfinite { return value < 0 ? "-∞" : "∞" }
        let size = abs(value)
        if size >= 1_000 { return Self.separated(value) }
        if size >= 100 { return String(format: "%.1f", value) }
        if size >= 10 { return String(format: "%.2f", value) }
        if size >= 0.001 || size == 0 { return String(format: "%.4f", value) }
        return String(format: "%.2e", value)
    }

    /// A share as per cent with one digit.
    package static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    /// A count with separators.
    package static func count(_ value: Int) -> String { Self.separated(Double(value)) }

    /// A figure with its sign, `+` too.
    package static func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + Self.of(value) }

    private static func separated(_ value: Double) -> String {
        var digits = String(format: "%.0f", abs(value))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}
