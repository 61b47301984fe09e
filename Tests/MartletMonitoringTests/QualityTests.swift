import Foundation
import MartletCore
import MartletStatistics
import Testing

@testable import MartletMonitoring

struct QualityTests {
    @Test
    func `estimated quality of a classifier equals NannyML's on real data`() throws {
        let golden = try Golden.load().confidence
        let map = try #require(CalibrationMap(scores: golden.scores, labels: golden.labels.map { $0 == 1 }))
        for (index, rate) in golden.rates.enumerated() {
            #expect(abs(map.rate(Double(index) / 20) - rate) < 1e-9, "at \(Double(index) / 20)")
        }
        let figures = EstimatedQuality.classification(
            scores: EmpiricalDistribution(golden.current),
            calibration: map,
            threshold: 0.5
        )
        for (theirs, ours) in [
            ("accuracy", "accuracy"), ("precision", "precision"), ("recall", "recall"), ("roc_auc", "auc"),
        ] {
            let figure = try #require(figures.first { $0.name == ours })
            let expected = try #require(golden.estimated[theirs])
            #expect(abs(figure.value - expected) < 5e-3, "\(ours): \(figure.value) and \(expected)")
        }
    }

    @Test
    func `realised quality equals scikit-learn's`() throws {
        let golden = try Golden.load().confidence
        let quality = RealisedQuality.classification(
            scores: golden.current,
            labels: golden.currentLabels.map { $0 == 1 },
            threshold: 0.5
        )
        #expect(quality.count == 2_000)
        for (name, expected) in golden.realised {
            let figure = try #require(quality.figures.first { $0.name == name })
            #expect(abs(figure.value - expected) < 1e-9, "\(name)")
            #expect(figure.interval?.contains(figure.value) == true)
        }
    }

    @Test
    func `a regression's figures have bounds, and no rows give none`() throws {
        let quality = RealisedQuality.regression(predictions: [10, 12, 9, 20], labels: [11, 12, 7, 16])
        #expect(quality.figures.map(\.name) == ["mae", "rmse", "mean_error"])
        #expect(quality.figures[0].value == 1.75)
        #expect(abs(quality.figures[1].value - 5.25.squareRoot()) < 1e-12)
        #expect(quality.figures[2].value == 1.25)
        #expect(RealisedQuality.regression(predictions: [], labels: []).figures.isEmpty)
    }

    @Test
    func `the maturity curve is that of Kaplan and Meier`() throws {
        let golden = try Golden.load().maturity
        let day = 86_400.0
        let maturity = LabelMaturity(
            zip(golden.ages, golden.delays)
                .map { age, delay in
                    (
                        age: TimeSpan(microseconds: Int64(age * day * 1e6)),
                        delay: delay.map { TimeSpan(microseconds: Int64($0 * day * 1e6)) }
                    )
                }
        )
        #expect(maturity.predictionCount == golden.ages.count)
        for (days, share) in zip(golden.days, golden.shares) {
            let point = try #require(maturity.curve.first { $0.delay == .days(Int64(days)) })
            #expect(abs(point.share - share) < 1e-9, "day \(days)")
        }
        #expect(LabelMaturity([]).curve.isEmpty)
    }

    @Test
    func `the part of the traffic with the greatest error is found, and equal parts are not called worse`() {
        var (slices, noise) = (SliceErrors(), Noise(seed: 2))
        for index in 0..<900 {
            let district = ["north", "south", "west"][index % 3]
            slices.add(abs(noise.normal()) * (district == "west" ? 3 : 1), column: "district", part: district)
            slices.add(abs(noise.normal()), column: "kind", part: index % 2 == 0 ? "a" : "b")
        }
        let worst = slices.worst
        #expect(worst.first?.part == "west")
        #expect(worst.first.map { $0.adjustedPValue < 1e-6 && $0.count == 300 } == true)
        #expect(worst.filter { $0.column == "kind" }.allSatisfy { $0.adjustedPValue > 0.05 })
    }

    @Test
    func `a foreseen error has the spread of single errors in its bounds`() throws {
        let figure = try #require(
            EstimatedQuality.absoluteError(foreseen: SampleMoments([2, 4, 3, 3]), deviation: 1)
        )
        #expect(figure.value == 3)
        let half = 1.959_963_984_540_054 * ((2.0 / 3 + 1) / 4).squareRoot()
        #expect(abs((figure.interval?.upper ?? 0) - 3 - half) < 1e-9)
        #expect(EstimatedQuality.absoluteError(foreseen: SampleMoments(), deviation: 1) == nil)
    }
}
