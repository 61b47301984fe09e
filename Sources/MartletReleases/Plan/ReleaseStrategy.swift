package import MartletCore

/// How traffic moves to the new version.
package enum ReleaseStrategy: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    /// A smoke step of 1 %, then everything.
    case blueGreen = "blue-green"
    /// A few growing steps.
    case canary
    /// Equal steps of 10 %.
    case linear

    /// The steps of a plan that names none.
    package var standardSteps: [ReleaseStep] {
        switch self {
        case .blueGreen:
            [ReleaseStep(weight: 100, hold: .seconds(120)), ReleaseStep(weight: 10_000, hold: .seconds(300))]
        case .canary:
            [500, 2_500, 5_000].map { ReleaseStep(weight: $0, hold: .seconds(600)) }
                + [ReleaseStep(weight: 10_000, hold: .seconds(300))]
        case .linear:
            stride(from: 1_000, to: 10_000, by: 1_000).map { ReleaseStep(weight: $0, hold: .seconds(300)) }
                + [ReleaseStep(weight: 10_000, hold: .seconds(300))]
        }
    }
}

/// One share of the traffic, and how long it is watched at least.
package struct ReleaseStep: Sendable, Hashable, Codable {
    /// The share of green in basis points, 1 to 10,000.
    package var weight: Int
    /// The least time before the next step.
    package var hold: TimeSpan

    /// Holds `weight` basis points for `hold`.
    package init(weight: Int, hold: TimeSpan) {
        self.weight = weight
        self.hold = hold
    }
}

extension ReleaseStep: DocumentObject {
    package init(from reader: ObjectReader) {
        let percent = reader.required("weight", Double.self, "The share of the new version in percent, to 0.01.")
        let hold = reader.value(
            "hold",
            default: TimeSpan.seconds(300),
            "The least time before the next step.",
            documentedDefault: "5m"
        )
        let weight = PercentShare.basisPoints(percent)
        if weight == nil, reader.has("weight") {
            reader.report(.documentInvalidValue, "weight is \(percent); it must be 0.01 to 100 percent", at: "weight")
        }
        self.init(weight: weight ?? 10_000, hold: hold)
    }
}

/// Shares of traffic as people write them.
enum PercentShare {
    /// `percent` in basis points, or `nil` when it is not within 0.01 to 100.
    static func basisPoints(_ percent: Double) -> Int? {
        let points = (percent * 100).rounded()
        return (1...10_000).contains(points) ? Int(points) : nil
    }

    /// Basis points in percent, such as `12.5 %`.
    static func text(_ basisPoints: Int) -> String {
        let whole = basisPoints / 100
        let rest = basisPoints % 100
        if rest == 0 { return "\(whole) %" }
        return "\(whole).\(rest % 10 == 0 ? String(rest / 10) : (rest < 10 ? "0" : "") + String(rest)) %"
    }
}
