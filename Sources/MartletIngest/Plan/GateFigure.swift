import Foundation

/// Numbers as the sentences of gates write them.
enum GateFigure {
    /// A measured number, to six digits or to the whole number.
    static func text(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
        if number == number.rounded() || abs(number) >= 1e6 { return "\(Int64(number.rounded()))" }
        return String(format: "%.6g", number)
    }

    /// A number of which every digit counts.
    static func exact(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }

    /// A share in percent, to two decimals.
    static func percent(_ share: Double) -> String { "\(Self.text((share * 10_000).rounded() / 100)) %" }
}
