import Foundation
import MartletCore
import MartletEngines
import MartletRetraining
import MartletStores
import MartletTracking
import Testing

/// Label tables in a real warehouse, from segments of a prediction log.
final class LabelWarehouseTests: Sendable {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-labels-\(UUID().uuidString)")
    private let session: WarehouseSession
    private let store: DuckDBLabelWarehouse

    private static let asOf = EventTime(iso8601: "2024-03-01") ?? .now
    private static let definition = LabelDefinition(
        name: "paid",
        endpoint: "rent",
        columns: [Field("area", .float64), Field("층 수", .int64), Field("kind", .string), Field("lift", .boolean)],
        keys: [Field("flat", .string)]
    )

    init() throws {
        let predictions = self.folder.appending(path: "predictions")
        try FileManager.default.createDirectory(at: predictions, withIntermediateDirectories: true)
        self.session = WarehouseSession(
            path: self.folder.appending(path: "warehouse.duckdb").path,
            locator: .ofProcess(),
            predictionsDirectory: predictions.path
        )
        self.store = DuckDBLabelWarehouse(session: self.session)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    private func log(_ lines: [String]) throws {
        let file = self.folder.appending(path: "predictions/2024-01-01-p-1.jsonl")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    }

    private static func record(
        _ request: String,
        _ inputs: [String],
        endpoint: String = "rent",
        status: String = "answered",
        more: String = ""
    ) -> String {
        let predictions = inputs.indices.map { "\($0 + 1).5" }.joined(separator: ",")
        return "{\"request_id\":\"\(request)\",\"time\":\"2024-01-01T00:00:00Z\",\"endpoint\":\"\(endpoint)\","
            + "\"model\":\"rent\",\"version\":3,\"variant\":\"control\",\"unit\":\"u\",\"status\":\"\(status)\"\(more),"
            + "\"latency_us\":5,\"predictions\":[\(predictions)],\"inputs\":[\(inputs.joined(separator: ","))]}"
    }

    private static func input(_ flat: String, _ features: String) -> String {
        "{\"entities\":{\"flat\":\"\(flat)\"},\"features\":{\(features)},\"statuses\":{},"
            + "\"event_times\":{\"districts\":\"2023-12-31T00:00:00Z\"}}"
    }

    private static func outcome(_ value: Double, of request: String, entity: String? = nil) -> Arrival<Outcome> {
        let at = EventTime(iso8601: "2024-01-10") ?? .now
        let id = "\(request)-\(entity ?? "")"
        return Arrival(
            sequence: 1,
            value: Outcome(id: id, at: at, endpoint: "rent", requestID: request, entity: entity, value: value)
        )
    }

    private func build(
        _ outcomes: [Arrival<Outcome>],
        _ definition: LabelDefinition = definition
    ) async throws -> LabelBuild {
        try await self.store.build(
            definition,
            LabelTable(definition),
            EndpointFeedback(interactions: [], outcomes: outcomes),
            asOf: Self.asOf
        )
    }

    private func rows(_ columns: String) async throws -> [[String]] {
        let batch = try await self.session.withConnection(readOnly: true) {
            try $0.query("SELECT \(columns) FROM paid ORDER BY request_id, input")
        }
        return (0..<batch.rowCount).map { batch.row($0).map(\.text) }
    }

    @Test func `features are those the model used, with their types, and shadows and refusals are left out`()
        async throws
    {
        try self.log([
            Self.record("a", [Self.input("F1", #""area":50,"층 수":3,"kind":"중개","lift":true"#)]),
            Self.record("a", [Self.input("F1", #""area":51"#)], more: ",\"shadow\":true"),
            Self.record("b", [Self.input("F1", #""area":60.5"#), Self.input("F2", #""area":70,"층 수":null"#)]),
            Self.record("c", [Self.input("F3", #""area":1"#)], status: "refused"),
            Self.record("d", [Self.input("F4", #""area":1"#)], endpoint: "other"), "{\"request_id\":\"torn",
        ])
        let outcomes = ["a", "c", "d"].map { Self.outcome(9, of: $0) } + [Self.outcome(8, of: "b", entity: "F2")]
        let build = try await self.build(outcomes)
        #expect(build.figures.rows == 2)
        #expect(build.figures.predictions == 3)
        #expect(build.figures.unmatched == 2)
        let found = try await self.rows(
            #"request_id, input, flat, area, "층 수", kind, lift, label, prediction, variant"#
        )
        #expect(
            found == [
                ["a", "0", "F1", "50.0", "3", "중개", "true", "9.0", "1.5", "control"],
                ["b", "1", "F2", "70.0", "", "", "", "8.0", "2.5", "control"],
            ]
        )
        let times = try await self.rows("predicted_at, known_at, feature_times")
        #expect(times[0][0].hasPrefix("2024-01-01T00:00:00"))
        #expect(times[0][1].hasPrefix("2024-01-10T00:00:00"))
        #expect(times[0][2].contains("\"districts\":\"2023-12-31T00:00:00Z\""))
    }

    @Test func `equal rows write nothing, and other rows take their place whole`() async throws {
        try self.log([Self.record("a", [Self.input("F1", #""area":50"#)])])
        let first = try await self.build([Self.outcome(9, of: "a")])
        let again = try await self.build([Self.outcome(9, of: "a")])
        #expect(first.isChanged)
        #expect(!again.isChanged)
        #expect(again.contentHash == first.contentHash)
        let other = try await self.build([Self.outcome(10, of: "a")])
        #expect(other.isChanged)
        #expect(other.contentHash != first.contentHash)
        #expect(try await self.rows("label") == [["10.0"]])
        #expect(try await self.store.builds() == [other])
        var definition = Self.definition
        definition.columns.removeLast()
        #expect(try await self.build([Self.outcome(10, of: "a")], definition).isChanged)
    }

    @Test(arguments: ["3.5", "\"three\""])
    func `a logged value of another type refuses the build, and the table stays`(value: String) async throws {
        try self.log([Self.record("a", [Self.input("F1", #""area":50"#)])])
        let before = try await self.build([Self.outcome(9, of: "a")])
        try self.log([Self.record("a", [Self.input("F1", "\"층 수\":\(value)")])])
        await #expect { _ = try await self.build([Self.outcome(9, of: "a")]) } throws: { error in
            (error as? RetrainingError)?.code == .labelsTypeMismatch
                && readableMessage(of: error).contains("1 logged values of '층 수' are no int64")
        }
        #expect(try await self.store.builds() == [before])
        #expect(try await self.rows("area") == [["50.0"]])
    }

    @Test func `a table of another kind is not touched`() async throws {
        try self.log([Self.record("a", [Self.input("F1", #""area":50"#)])])
        try await self.session.withConnection { try $0.execute("CREATE TABLE Paid AS SELECT 1 AS x") }
        await #expect { _ = try await self.build([Self.outcome(9, of: "a")]) } throws: { error in
            (error as? RetrainingError)?.code == .labelsTableTaken
        }
        let kept = try await self.session.withConnection(readOnly: true) { try $0.query("SELECT x FROM paid").rowCount }
        #expect(kept == 1)
    }

    @Test func `without any prediction the table is there and empty`() async throws {
        let build = try await self.build([])
        #expect(build.figures == LabelFigures())
        #expect(try await self.rows("request_id, label, area") == [])
    }
}
