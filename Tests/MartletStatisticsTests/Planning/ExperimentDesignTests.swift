import Testing

@testable import MartletStatistics

struct ExperimentDesignTests {
    @Test func `sizes agree with statsmodels`() throws {
        for row in try Golden.shared.get().planning.normalIndPower {
            // There the first group has n units and the second n · ratio, and the effect is in standard deviations.
            let share = row.ratio / (1 + row.ratio)
            let design = ExperimentDesign(
                unitVariance: ExperimentDesign.unitVariance(control: 1, treatment: 1, treatmentShare: share),
                alpha: row.alpha,
                power: row.power,
                row.isTwoSided ? .twoSided : .greater
            )
            let total = row.firstGroup * (1 + row.ratio)
            #expect(design.requiredCount(effect: row.effect) == Int(total.rounded(.up)))
            #expect(agrees(design.minimumDetectableEffect(count: Int(total)), row.effect, to: 1e-3))
            #expect(agrees(design.power(count: Int(total.rounded(.up)), effect: row.effect), row.power, to: 1e-3))
        }
    }

    @Test func `the variance of two rates agrees with statsmodels`() throws {
        for row in try Golden.shared.get().planning.proportions {
            let (treatment, control, controlCount, ratio) = (row[0], row[1], row[2], row[3])
            let variance = ExperimentDesign.unitVariance(
                controlRate: control,
                treatmentRate: treatment,
                treatmentShare: ratio / (1 + ratio)
            )
            // statsmodels gives the deviation for one unit of treatment.
            let found = (variance / (1 + 1 / ratio)).squareRoot()
            #expect(agrees(found, row[4], to: 1e-9), "\(controlCount) \(found) \(row[4])")
        }
    }

    @Test func `an effect on the other side has no size`() {
        let design = ExperimentDesign(unitVariance: 4, .greater)
        #expect(design.requiredCount(effect: -1) == nil)
        #expect(design.requiredCount(effect: 0) == nil)
        #expect(ExperimentDesign(unitVariance: 4, .less).requiredCount(effect: -0.1) != nil)
        #expect(design.requiredCount(effect: 1e-9) == nil)
    }

    @Test func `watching costs units, and the forecast keeps its promise`() throws {
        let design = ExperimentDesign(unitVariance: 4)
        let single = try #require(design.requiredCount(effect: 0.05))
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: single)
        let watched = try #require(design.requiredCount(effect: 0.05, watchedBy: sequence))
        #expect(watched > single && watched < 3 * single)
        #expect(agrees(design.minimumDetectableEffect(count: watched, watchedBy: sequence), 0.05, to: 1e-3))
        #expect(ExperimentDesign.days(count: 700, unitsPerDay: 100) == 7)
        #expect(ExperimentDesign.days(count: 700, unitsPerDay: 0) == nil)
    }
}
