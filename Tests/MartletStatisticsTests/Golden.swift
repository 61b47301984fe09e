import Foundation

/// What SciPy, statsmodels and mpmath say, written by `Golden/make.py`.
struct Golden: Decodable {
    struct Test: Decodable {
        let statistic: Double
        let pValue: Double
        let lower: Double?
        let upper: Double?
        let degreesOfFreedom: Double?
        let observed: [Int]?
    }

    struct Proportions: Decodable {
        let treatment: [Int]
        let control: [Int]
        let statistic: Double
        let pValue: Double
        let lower: Double
        let upper: Double
        let liftLower: Double
        let liftUpper: Double
    }

    struct CookieCats: Decodable {
        let welch: Test
        let welchGreater: Double
        let welchCapped: Test
        let mannWhitney: Test
        let mannWhitneyLess: Test
        let mannWhitneyPlain: Test
        let retention1: Proportions
        let retention7: Proportions
        let sampleRatio: Test
    }

    struct Samples: Decodable {
        let control: [Double]
        let treatment: [Double]
        let welch: Test
        let mannWhitney: Test
        let before: [Double]
        let after: [Double]
        let treated: [Bool]
        let adjustedEffect: Double
        let adjustedSlope: Double
        let paired: Test
        let pairedGreater: Double
        let views: [Double]
        let clicks: [Double]
        let ratioDifference: Double
        let ratioJackknifeError: Double
        let pValues: [Double]
        let holm: [Double]
        let benjaminiHochberg: [Double]
        let sampleRatioThree: Test
    }

    struct Design: Decodable {
        let effect: Double
        let ratio: Double
        let alpha: Double
        let power: Double
        let isTwoSided: Bool
        let firstGroup: Double

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            self.effect = try row.decode(Double.self)
            self.ratio = try row.decode(Double.self)
            self.alpha = try row.decode(Double.self)
            self.power = try row.decode(Double.self)
            self.isTwoSided = try row.decode(Bool.self)
            self.firstGroup = try row.decode(Double.self)
        }
    }

    struct Planning: Decodable {
        let normalIndPower: [Design]
        let proportions: [[Double]]
    }

    struct Arrivals: Decodable {
        let observed: [Int]
        let shares: [Double]
        let logEvidence: Double

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            self.observed = try row.decode([Int].self)
            self.shares = try row.decode([Double].self)
            self.logEvidence = try row.decode(Double.self)
        }
    }

    struct Sequences: Decodable {
        let margins: [[Double]]
        let mixtures: [[Double]]
        let sampleRatios: [Arrivals]
    }

    let distributions: [String: [[Double]]]
    let cookieCats: CookieCats
    let samples: Samples
    let planning: Planning
    let sequences: Sequences

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// Reads the file once.
    static let shared = Result {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Self.folder.appending(path: "golden.json")))
    }
}

/// Whether two numbers agree to a share of the second.
func agrees(_ found: Double?, _ expected: Double?, to tolerance: Double = 1e-12) -> Bool {
    guard let found, let expected else { return found == nil && expected == nil }
    return found == expected || abs(found - expected) <= tolerance * abs(expected)
}
