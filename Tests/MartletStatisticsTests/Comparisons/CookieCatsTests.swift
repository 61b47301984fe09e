import Testing

@testable import MartletStatistics

/// The real test of 90,189 players, against SciPy and statsmodels.
@Suite(.enabled(if: CookieCats.isTestable, "the cookie_cats_ab data are not there; set MARTLET_DATA"))
struct CookieCatsTests {
    private let data: CookieCats
    private let golden: Golden.CookieCats

    init() throws {
        self.data = try CookieCats()
        self.golden = try Golden.shared.get().cookieCats
        try #require(self.data.control.rounds.count == 44_700 && self.data.treatment.rounds.count == 45_489)
    }

    @Test func `Welch's test, whole and capped`() throws {
        let control = SampleMoments(self.data.control.rounds)
        let treatment = SampleMoments(self.data.treatment.rounds)
        expectAgreement(try #require(WelchTest.compare(control: control, treatment: treatment)), self.golden.welch)
        let greater = try #require(WelchTest.compare(control: control, treatment: treatment, .greater))
        #expect(agrees(greater.pValue, self.golden.welchGreater, to: 1e-10))
        #expect(greater.interval?.upper == nil)
        let cap = OutlierCap(upper: 3000)
        let capped = WelchTest.compare(
            control: SampleMoments(self.data.control.rounds.map { cap($0) }),
            treatment: SampleMoments(self.data.treatment.rounds.map { cap($0) })
        )
        expectAgreement(try #require(capped), self.golden.welchCapped)
    }

    @Test func `ranks with many ties`() throws {
        let (control, treatment) = (self.data.control.rounds, self.data.treatment.rounds)
        let both = try #require(MannWhitneyTest.compare(control: control, treatment: treatment))
        expectAgreement(both, self.golden.mannWhitney)
        let less = try #require(MannWhitneyTest.compare(control: control, treatment: treatment, .less))
        expectAgreement(less, self.golden.mannWhitneyLess)
        let plain = MannWhitneyTest.compare(control: control, treatment: treatment, correctsContinuity: false)
        expectAgreement(try #require(plain), self.golden.mannWhitneyPlain)
    }

    @Test func `retention by two proportions and as a lift`() throws {
        let metrics = [
            (\CookieCats.Side.retention1, self.golden.retention1), (\.retention7, self.golden.retention7),
        ]
        for (metric, expected) in metrics {
            let (control, treatment) = (self.data.control[keyPath: metric], self.data.treatment[keyPath: metric])
            #expect([control.successes, control.trials] == expected.control)
            #expect([treatment.successes, treatment.trials] == expected.treatment)
            let found = try #require(TwoProportionTest.compare(control: control, treatment: treatment))
            #expect(agrees(found.statistic, expected.statistic, to: 1e-10))
            #expect(agrees(found.pValue, expected.pValue, to: 1e-10))
            #expect(agrees(found.interval?.lower, expected.lower, to: 1e-10))
            #expect(agrees(found.interval?.upper, expected.upper, to: 1e-10))
            let lift = try #require(RelativeLift(control: control, treatment: treatment)?.fixedInterval(alpha: 0.05))
            #expect(agrees(lift.lower, expected.liftLower, to: 1e-10))
            #expect(agrees(lift.upper, expected.liftUpper, to: 1e-10))
        }
    }

    @Test func `the split is a mismatch at one per cent, not at one in a thousand`() throws {
        let found = try #require(SampleRatioTest.test(observed: [44_700, 45_489], weights: [1, 1]))
        expectAgreement(found, self.golden.sampleRatio)
        #expect(found.pValue < 0.01 && found.pValue > 0.001)
    }

    @Test func `the watched interval is wider than that of one look, and says less`() throws {
        let (control, treatment) = (self.data.control.retention7, self.data.treatment.retention7)
        let effect = try #require(EffectEstimate.difference(control: control, treatment: treatment))
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: 90_000)
        let (watched, fixed) = (try #require(sequence.interval(for: effect)), effect.fixedInterval(alpha: 0.05))
        let (lower, upper) = (try #require(watched.lower), try #require(watched.upper))
        #expect(lower < (fixed.lower ?? 0) && upper > (fixed.upper ?? 0))
        // One look finds the drop (p 0.0016); watched from the start it is just inside what chance allows.
        #expect(fixed.isBelow(0))
        #expect((sequence.pValue(for: effect) < 0.05) == watched.isBelow(0))
        #expect(sequence.pValue(for: effect) > effect.fixedPValue())
    }
}
