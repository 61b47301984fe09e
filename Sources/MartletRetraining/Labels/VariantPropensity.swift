import MartletCore

/// With what probability a unit was answered by the variant that answered it, estimated from the log.
///
/// The share of units that a variant answered, among all units of the same UTC day under the same release. A request
/// without a unit is a unit of its own.
///
/// - Source: P. Rosenbaum, D. Rubin, "The central role of the propensity score in observational studies for causal
///   effects", 1983; that an estimated propensity serves as well as the known one: K. Hirano, G. Imbens, G. Ridder,
///   "Efficient estimation of average treatment effects using the estimated propensity score", 2003.
struct VariantPropensity {
    private struct Stratum: Hashable {
        let release: String?
        let day: Int64
    }

    private struct Place: Hashable {
        let stratum: Stratum
        let variant: String
    }

    private let units: [Place: Int]
    private let totals: [Stratum: Int]

    init(_ predictions: [ServedPrediction]) {
        var members: [Place: Set<String>] = [:]
        for prediction in predictions {
            let place = Place(stratum: Self.stratum(prediction), variant: prediction.variant)
            members[place, default: []].insert(prediction.unit.map { "u" + $0 } ?? "r" + prediction.requestID)
        }
        let units = members.mapValues(\.count)
        var totals: [Stratum: Int] = [:]
        for (place, count) in units { totals[place.stratum, default: 0] += count }
        self.units = units
        self.totals = totals
    }

    subscript(prediction: ServedPrediction) -> Double {
        let stratum = Self.stratum(prediction)
        let units = self.units[Place(stratum: stratum, variant: prediction.variant)] ?? 0
        return Double(units) / Double(max(self.totals[stratum] ?? 0, 1))
    }

    private static func stratum(_ prediction: ServedPrediction) -> Stratum {
        let day = Int64((Double(prediction.at.microseconds) / 86_400_000_000).rounded(.down))
        return Stratum(release: prediction.release, day: day)
    }
}
