import Testing

@testable import MartletTraining

/// Points of curves, beside scikit-learn's on real predictions whose scores tie often.
struct CurveTests {
    private static func statistics() throws -> (StatisticsGolden.Classification, ClassificationStatistics) {
        let golden = try StatisticsGolden.load().classification
        return (golden, ClassificationStatistics(labels: golden.labels.map { $0 == 1 }, scores: golden.scores))
    }

    private static func agrees(_ point: CurvePoint, _ expected: [Double]) -> Bool {
        abs(point.x - expected[0]) <= 1e-12 && abs(point.y - expected[1]) <= 1e-12 && point.threshold == expected[2]
    }

    @Test func `the receiver operating characteristic has scikit-learn's points`() throws {
        let (golden, statistics) = try Self.statistics()
        let curve = statistics.rocCurve
        #expect(curve.first == CurvePoint(x: 0, y: 0, threshold: .infinity))
        #expect(curve.last.map { [$0.x, $0.y] } == [1, 1])
        try #require(curve.count == golden.rocCurve.count + 1)
        for (point, expected) in zip(curve.dropFirst(), golden.rocCurve) { #expect(Self.agrees(point, expected)) }
    }

    @Test func `precision and recall have scikit-learn's points`() throws {
        let (golden, statistics) = try Self.statistics()
        let curve = statistics.precisionRecallCurve
        #expect(curve.first == CurvePoint(x: 0, y: 1, threshold: .infinity))
        #expect(curve.last?.x == 1)
        try #require(curve.count == golden.precisionRecallCurve.count + 1)
        for (point, expected) in zip(curve.dropFirst(), golden.precisionRecallCurve) {
            #expect(Self.agrees(point, expected))
        }
    }

    @Test func `calibration has scikit-learn's bins at the quantiles of the predictions`() throws {
        let golden = try StatisticsGolden.load().classification
        let bins = CalibrationBin.quantileBins(labels: golden.labels.map { $0 == 1 }, predictions: golden.scores)
        try #require(bins.count == golden.calibration.count)
        for (bin, expected) in zip(bins, golden.calibration) {
            #expect(abs(bin.meanPrediction - expected[0]) <= 1e-12)
            #expect(abs(bin.positiveShare - expected[1]) <= 1e-12)
        }
        #expect(bins.map(\.count).reduce(0, +) == golden.labels.count)
    }

    @Test func `curves that the rows do not determine have no points`() {
        let passes = ClassificationStatistics(labels: [false, false], scores: [0.1, 0.2])
        #expect(passes.rocCurve == [])
        #expect(passes.precisionRecallCurve == [])
        #expect(ClassificationStatistics(labels: [], scores: []).rocCurve == [])
        #expect(CalibrationBin.quantileBins(labels: [], predictions: []) == [])
        let same = CalibrationBin.quantileBins(labels: [true, false, false], predictions: [0.2, 0.2, 0.2])
        #expect(same.map(\.count) == [3])
    }
}
