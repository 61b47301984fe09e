import MartletCore
import MartletFeatures
import MartletMonitoring
import Testing

@testable import MartletServing
@testable import martlet

struct RequestCounterTests {
    @Test func `requests are counted once, and again only when they could not be kept`() {
        let metrics = ServingMetrics()
        let rent = metrics.metrics(endpoint: "rent", version: "rent:1")
        let shadow = metrics.metrics(endpoint: "rent", version: "rent:2", variant: "next", isShadow: true)
        var counter = RequestCounter()
        let now = EventTime(microseconds: 120_000_000)
        #expect(counter.take(metrics, ServiceObjectives(), at: now).isEmpty)
        rent.answered(inputCount: 1, latencyMicroseconds: 500_000)
        rent.answered(inputCount: 1, latencyMicroseconds: 700_000)
        rent.answered(inputCount: 1, latencyMicroseconds: 900_000)
        rent.refused(ErrorCode("request.broken"), latencyMicroseconds: 10)
        rent.refused(ErrorCode("model.failed"), latencyMicroseconds: 10)
        shadow.answered(inputCount: 1, latencyMicroseconds: 2_000_000)
        let expected = ServiceMinute(
            endpoint: "rent",
            minute: 2,
            requestCount: 4,
            faultCount: 1,
            lateCount: 2,
            slowCount: 1
        )
        #expect(counter.take(metrics, ServiceObjectives(), at: now) == [expected])
        // What could not be kept comes again.
        #expect(counter.take(metrics, ServiceObjectives(), at: now + .seconds(60)) == [expected])
        counter.kept()
        #expect(counter.take(metrics, ServiceObjectives(), at: now + .seconds(60)).isEmpty)
        rent.answered(inputCount: 1, latencyMicroseconds: 10)
        let later = counter.take(metrics, ServiceObjectives(), at: now + .seconds(60))
        #expect(later == [ServiceMinute(endpoint: "rent", minute: 3, requestCount: 1)])
    }

    @Test func `SQL reads the tables that it names as words`() {
        let sql = FeatureSource.sql("SELECT flat FROM Contracts JOIN \"areas\" USING (flat)")
        #expect(sql.reads("contracts") && sql.reads("areas") && !sql.reads("area") && !sql.reads("contract"))
        #expect(FeatureSource.table("sales").reads("sales") && !FeatureSource.table("sales").reads("sale"))
    }

    @Test func `the host says what it uses`() {
        var reader = HostReader(folder: "/")
        _ = reader.read()
        let use = reader.read()
        for share in [use.disk, use.memory, use.files, use.processor].compactMap(\.self) {
            #expect((0...1).contains(share))
        }
        #if os(Linux)
        #expect(use.disk != nil && use.memory != nil && use.files != nil)
        #endif
    }
}
