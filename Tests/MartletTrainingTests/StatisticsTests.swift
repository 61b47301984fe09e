import MartletTraining
import Testing

struct StatisticsTests {
    @Test func `classification figures equal scikit-learn's on real predictions with many ties`() throws {
        let golden = try StatisticsGolden.load().classification
        let statistics = ClassificationStatistics(labels: golden.labels.map { $0 == 1 }, scores: golden.scores)
        #expect(agree(statistics.auc, golden.auc))
        #expect(agree(statistics.averagePrecision, golden.averagePrecision))
        #expect(agree(statistics.f1(threshold: 0.5), golden.f1AtHalf))
        #expect(agree(statistics.f1(threshold: statistics.bestThreshold), golden.f1Best))
        #expect(statistics.bestThreshold == golden.thresholdBest)
        #expect(agree(statistics.logLoss, golden.logLoss))
    }

    @Test func `regression figures equal scikit-learn's`() throws {
        let golden = try StatisticsGolden.load().regression
        let statistics = RegressionStatistics(labels: golden.labels, predictions: golden.predictions)
        #expect(agree(statistics.mae, golden.mae))
        #expect(agree(statistics.rmse, golden.rmse))
        #expect(agree(statistics.r2, golden.r2))
        #expect(agree(statistics.mape, golden.mape))
    }

    @Test func `bootstrap intervals agree with those of other random numbers, and repeat for their seed`() throws {
        let golden = try StatisticsGolden.load().classification
        let statistics = ClassificationStatistics(labels: golden.labels.map { $0 == 1 }, scores: golden.scores)
        let intervals = statistics.areaIntervals(resamples: 400, seed: 7)
        #expect(abs(intervals.auc.lower - golden.aucInterval[0]) < 0.01)
        #expect(abs(intervals.auc.upper - golden.aucInterval[1]) < 0.01)
        #expect(abs(intervals.averagePrecision.lower - golden.averagePrecisionInterval[0]) < 0.01)
        #expect(abs(intervals.averagePrecision.upper - golden.averagePrecisionInterval[1]) < 0.01)
        #expect(statistics.areaIntervals(resamples: 400, seed: 7).auc == intervals.auc)
        #expect(statistics.areaIntervals(resamples: 400, seed: 8).auc != intervals.auc)
    }

    @Test func `one class alone determines no area`() {
        let passes = ClassificationStatistics(labels: [false, false], scores: [0.1, 0.2])
        #expect(passes.auc.isNaN)
        #expect(passes.averagePrecision.isNaN)
        #expect(passes.bestThreshold == 0.5)
        #expect(ClassificationStatistics(labels: [], scores: []).auc.isNaN)
        #expect(ClassificationStatistics(labels: [], scores: []).logLoss.isNaN)
    }

    @Test func `certain and wrong scores give a finite log loss`() {
        let statistics = ClassificationStatistics(labels: [true, false], scores: [0, 1])
        #expect(statistics.logLoss.isFinite)
        #expect(statistics.logLoss > 30)
    }

    @Test func `rows with label zero are left out of the percentage error`() {
        let statistics = RegressionStatistics(labels: [0, 10], predictions: [5, 12])
        #expect(statistics.mape == 0.2)
        #expect(statistics.mae == 3.5)
        #expect(RegressionStatistics(labels: [0], predictions: [1]).mape.isNaN)
        #expect(RegressionStatistics(labels: [3, 3], predictions: [1, 2]).r2.isNaN)
    }
}
