import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletMonitoring
import MartletTracking
import Synchronization
import Testing

@testable import MartletServer

/// Drift and quality on the page of an endpoint.
struct MonitoringSectionTests {
    private func page(_ stage: ReleaseStage, _ language: String) async throws -> String {
        try await Application(router: try stage.router())
            .test(.router) { client in
                try await client.execute(
                    uri: "/console/endpoints/prices",
                    method: .get,
                    headers: [.acceptLanguage: language]
                ) { String(buffer: $0.body) }
            }
    }

    /// A version whose column `area` moved, and whose error is known for one of two predictions.
    private func monitored(_ now: EventTime) -> MonitoredVersion {
        var (data, current) = (
            DataProfile(["area": .number, "<b>": .category]), DataProfile(["area": .number, "<b>": .category])
        )
        for row in 0..<500 {
            data.add(["area": .number(Double(row)), "<b>": .category("x")], prediction: Double(row))
            current.add(["area": .number(Double(row) + 400), "<b>": .category("x")], prediction: Double(row) + 400)
        }
        let reference = ReferenceProfile(
            data: data,
            reconstruction: nil,
            attribution: [:],
            calibration: nil,
            loss: LossReference(engine: "lightgbm", testError: 2, foreseenTestError: 2, deviation: 1)
        )
        let rows = ["a", "b"]
            .map { id in
                QualityReport.Row(
                    join: .init(requestID: id, at: now - .seconds(60), entity: nil),
                    prediction: 10,
                    cells: [:]
                )
            }
        return MonitoredVersion(
            endpoint: "prices",
            version: ModelVersionID("prices", 1),
            at: now,
            window: .days(1),
            drift: DriftReport(
                reference: reference,
                current: current,
                reconstructionErrors: nil,
                attribution: nil,
                rules: DriftRules()
            ),
            quality: QualityReport(
                rows: rows,
                labels: [OutcomeMatch.Label(at: now, requestID: "a", entity: nil, value: 13)],
                reference: reference,
                estimated: [],
                threshold: nil,
                now: now
            )
        )
    }

    @Test func `an endpoint shows which columns drifted and what labels say, in both languages`() async throws {
        let stage = try await ReleaseStage()
        let before = try await self.page(stage, "en")
        #expect(!before.contains("data-monitored"))
        stage.life.withLock { $0.monitored = [self.monitored($0.now)] }
        let page = try await self.page(stage, "en")
        #expect(page.contains(#"data-monitored="prices:1""#) && page.contains(#"data-column="area""#))
        #expect(page.contains(#"<span class="badge rejected">drifted</span>"#))
        #expect(page.contains("500 predictions of the last 1d against 500 rows of training."))
        #expect(page.contains("Labels are in for 1 of 2 predictions (50.0 %)."))
        #expect(page.contains(#"data-figure="mae""#) && page.contains("249.50 → 649.50"))
        #expect(page.contains("&lt;b&gt;") && !page.contains("<b>") && !page.contains("{{"))
        let korean = try await self.page(stage, "ko")
        #expect(korean.contains("드리프트") && korean.contains("학습 데이터와 비교"))
    }
}
