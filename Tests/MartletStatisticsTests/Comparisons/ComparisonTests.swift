import Testing

@testable import MartletStatistics

struct ComparisonTests {
    private let golden: Golden.Samples

    init() throws { self.golden = try Golden.shared.get().samples }

    @Test func `Welch and Mann-Whitney agree with SciPy on a skewed sample`() throws {
        let welch = try #require(
            WelchTest.compare(
                control: SampleMoments(self.golden.control),
                treatment: SampleMoments(self.golden.treatment)
            )
        )
        expectAgreement(welch, self.golden.welch)
        let ranks = try #require(
            MannWhitneyTest.compare(control: self.golden.control, treatment: self.golden.treatment)
        )
        expectAgreement(ranks, self.golden.mannWhitney)
    }

    @Test func `a paired test agrees with SciPy`() throws {
        let differences = SampleMoments(zip(self.golden.after, self.golden.before).map { $0 - $1 })
        expectAgreement(try #require(PairedTest.test(differences: differences)), self.golden.paired)
        let greater = try #require(PairedTest.test(differences: differences, .greater))
        #expect(agrees(greater.pValue, self.golden.pairedGreater, to: 1e-10))
    }

    @Test func `covariate adjustment is the regression on variant and covariate`() throws {
        let rows = zip(zip(self.golden.after, self.golden.before), self.golden.treated)
        let control = PairMoments(rows.filter { !$0.1 }.map { $0.0 })
        let treatment = PairMoments(rows.filter { $0.1 }.map { $0.0 })
        let adjusted = try #require(CovariateAdjustment(control: control, treatment: treatment))
        #expect(agrees(adjusted.slope, self.golden.adjustedSlope, to: 1e-10))
        #expect(agrees(adjusted.treatment.mean - adjusted.control.mean, self.golden.adjustedEffect, to: 1e-10))
        #expect(adjusted.varianceReduction > 0.7 && adjusted.varianceReduction < 0.95)
        let before = try #require(EffectEstimate.difference(control: control.first, treatment: treatment.first))
        let after = try #require(EffectEstimate.difference(control: adjusted.control, treatment: adjusted.treatment))
        #expect(after.standardError < 0.6 * before.standardError)
        let constant = PairMoments([(1, 4), (2, 4), (3, 4)])
        let unchanged = try #require(CovariateAdjustment(control: constant, treatment: constant))
        #expect(unchanged.control == constant.first)
    }

    @Test func `a unit without a covariate is left as it is`() throws {
        // Units of both sides: metric, covariate.
        let control: [(Double, Double?)] = [(1, 2), (4, nil), (3, 5), (7, 9), (2, nil)]
        let treatment: [(Double, Double?)] = [(2, 1), (5, 6), (9, nil), (4, 4)]
        func side(_ units: [(Double, Double?)]) -> CovariateAdjustment.Side {
            let covered = units.compactMap { unit in unit.1.map { (unit.0, $0) } }
            return CovariateAdjustment.Side(all: SampleMoments(units.map(\.0)), covered: PairMoments(covered))
        }
        let adjusted = try #require(CovariateAdjustment(control: side(control), treatment: side(treatment)))
        let known = (control + treatment).compactMap(\.1)
        let center = known.reduce(0, +) / Double(known.count)
        for (units, found) in [(control, adjusted.control), (treatment, adjusted.treatment)] {
            let expected = SampleMoments(units.map { $0.0 - adjusted.slope * (($0.1 ?? center) - center) })
            #expect(found.count == expected.count)
            #expect(agrees(found.mean, expected.mean, to: 1e-12))
            #expect(agrees(found.squaredDeviations, expected.squaredDeviations, to: 1e-12))
        }
        #expect(CovariateAdjustment(control: side([(1, nil), (2, nil)]), treatment: side(treatment)) == nil)
    }

    @Test func `the error of a ratio agrees with the jackknife`() throws {
        let rows = zip(zip(self.golden.clicks, self.golden.views), self.golden.treated)
        let control = PairMoments(rows.filter { !$0.1 }.map { $0.0 })
        let treatment = PairMoments(rows.filter { $0.1 }.map { $0.0 })
        let effect = try #require(EffectEstimate.ratioDifference(control: control, treatment: treatment))
        #expect(agrees(effect.value, self.golden.ratioDifference, to: 1e-10))
        #expect(agrees(effect.standardError, self.golden.ratioJackknifeError, to: 0.02))
        let lift = try #require(RelativeLift(control: control, treatment: treatment))
        let ratio = treatment.first.sum / treatment.second.sum / (control.first.sum / control.second.sum)
        #expect(agrees(lift.value, ratio - 1, to: 1e-10))
    }

    @Test func `corrections agree with statsmodels`() {
        let pValues = self.golden.pValues
        for (found, expected) in zip(FamilyCorrection.holm.adjusted(pValues), self.golden.holm) {
            #expect(agrees(found, expected))
        }
        let rates = FamilyCorrection.benjaminiHochberg.adjusted(pValues)
        for (found, expected) in zip(rates, self.golden.benjaminiHochberg) { #expect(agrees(found, expected)) }
        #expect(FamilyCorrection.none.adjusted(pValues) == pValues)
        #expect(FamilyCorrection.holm.adjusted([]) == [])
    }

    @Test func `three shares agree with SciPy`() throws {
        let expected = self.golden.sampleRatioThree
        let found = SampleRatioTest.test(observed: try #require(expected.observed), weights: [500, 333, 167])
        expectAgreement(try #require(found), expected)
    }

    @Test func `too little data is no result`() {
        let one = SampleMoments([3])
        let flat = SampleMoments([3, 3, 3])
        #expect(WelchTest.compare(control: one, treatment: flat) == nil)
        #expect(WelchTest.compare(control: flat, treatment: flat) == nil)
        #expect(PairedTest.test(differences: flat) == nil)
        #expect(MannWhitneyTest.compare(control: [], treatment: [1]) == nil)
        #expect(MannWhitneyTest.compare(control: [1, 1], treatment: [1]) == nil)
        #expect(SampleRatioTest.test(observed: [0, 0], weights: [1, 1]) == nil)
        let none = BernoulliCount(trials: 10)
        #expect(TwoProportionTest.compare(control: none, treatment: none) == nil)
        #expect(RelativeLift(control: none, treatment: BernoulliCount(trials: 9, successes: 2)) == nil)
        #expect(EffectEstimate.mean(flat) == nil)
        #expect(EffectEstimate.difference(control: none, treatment: none) == nil)
        #expect(EffectEstimate(value: .nan, standardError: 1, count: 3, smallestGroup: 3) == nil)
        #expect(RelativeLift(control: SampleMoments([-2, -3]), treatment: SampleMoments([1, 2])) == nil)
        #expect(
            EffectEstimate.ratioDifference(control: PairMoments([(1, 0), (2, 0)]), treatment: PairMoments()) == nil
        )
    }

    @Test func `intervals know what they exclude and intersect`() {
        let wide = ConfidenceInterval(lower: -1, upper: 2)
        #expect(wide.contains(2) && !wide.contains(2.1) && wide.isBelow(2.1) && wide.isAbove(-1.5))
        #expect(wide.intersection(ConfidenceInterval(lower: 0, upper: nil)) == ConfidenceInterval(lower: 0, upper: 2))
        #expect(wide.intersection(ConfidenceInterval(lower: 3, upper: 4)) == nil)
        #expect(ConfidenceInterval(lower: nil, upper: nil).contains(1e300))
        #expect(wide.mapped { $0 * 2 } == ConfidenceInterval(lower: -2, upper: 4))
    }
}

/// A result against what SciPy says of it.
func expectAgreement(_ found: TestResult, _ expected: Golden.Test, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(agrees(found.statistic, expected.statistic, to: 1e-10), sourceLocation: sourceLocation)
    #expect(agrees(found.pValue, expected.pValue, to: 1e-10), sourceLocation: sourceLocation)
    if let lower = expected.lower, let upper = expected.upper {
        #expect(agrees(found.interval?.lower, lower, to: 1e-9), sourceLocation: sourceLocation)
        #expect(agrees(found.interval?.upper, upper, to: 1e-9), sourceLocation: sourceLocation)
    }
    if let degrees = expected.degreesOfFreedom {
        #expect(agrees(found.degreesOfFreedom, degrees, to: 1e-10), sourceLocation: sourceLocation)
    }
}
