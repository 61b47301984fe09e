import Foundation
import MartletCore
import MartletEngines
import MartletServing
import MartletStores
import MartletTesting
import Testing

struct PredictionLogTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("martlet-log-\(UUID().uuidString)/logs [1]")

    /// Writes the records of `count` answered requests and one refused one, and returns their identifiers.
    private func write(_ count: Int, byteLimit: UInt64 = 67_108_864, at now: EventTime) async throws -> [String] {
        let fixture = try GatewayFixture()
        let segments = PredictionSegments(directory: self.directory, process: "7", byteLimit: byteLimit)
        var identifiers: [String] = []
        for area in 0..<count {
            let body = #"{"inputs":[{"entities":{"building_id":"b1"},"features":{"area":\#(area).5}}]}"#
            identifiers.append(fixture.predict(body).requestID)
            #expect(await fixture.gateway.queue.flush(to: segments, now: now))
        }
        identifiers.append(fixture.predict("{").requestID)
        #expect(await fixture.gateway.queue.flush(to: segments, now: now))
        return identifiers
    }

    @Test func `a record is found by its request, with all the model saw`() async throws {
        let identifiers = try await self.write(3, at: GatewayFixture.now)
        let reader = PredictionLogReader(directory: self.directory)
        let record = try #require(try reader.record(of: identifiers[1]))
        #expect(record.status == "answered")
        #expect(record.model == "prices")
        #expect(record.version == 3)
        #expect(record.predictions == [10])
        #expect(record.inputs?.first?.entities == ["building_id": .string("b1")])
        #expect(record.inputs?.first?.features["area"] == .number(1.5))
        #expect(record.inputs?.first?.statuses == [:])
        #expect(record.inputs?.first?.eventTimes == ["building": GatewayFixture.now - .days(1)])
        #expect(record.time == GatewayFixture.now)
        let refused = try #require(try reader.record(of: identifiers[3]))
        #expect(refused.status == "refused")
        #expect(refused.errorCode == "request.notJSON")
        #expect(try reader.record(of: "01ARZ3NDEKTSV4RRFFQ69G5FAV") == nil)
    }

    @Test func `a last line that a crash cut off is passed over`() async throws {
        let identifiers = try await self.write(2, at: GatewayFixture.now)
        let reader = PredictionLogReader(directory: self.directory)
        let segment = try #require(reader.segments.first)
        let data = try Data(contentsOf: segment)
        try data.dropLast(20).write(to: segment)
        #expect(try reader.records().map(\.requestID) == Array(identifiers.prefix(2)))
        #expect(try reader.record(of: identifiers[2]) == nil)
        #expect(try await self.viewRows().map(\.first) == identifiers.prefix(2).map { Value.string($0) })
    }

    @Test func `a new file is begun at the size limit and each day`() async throws {
        let first = try await self.write(3, byteLimit: 1, at: GatewayFixture.now)
        let reader = PredictionLogReader(directory: self.directory)
        #expect(reader.segments.count == 4)
        let second = try await self.write(1, at: GatewayFixture.now + .days(1))
        #expect(reader.segments.count == 5)
        #expect(reader.segments.first?.lastPathComponent == "2023-11-15-7-1.jsonl")
        #expect(try reader.records().map(\.requestID) == first + second)
    }

    @Test func `the warehouse sees the log with the same columns before and after the first record`() async throws {
        let empty = try await self.viewRows()
        #expect(empty.isEmpty)
        let identifiers = try await self.write(2, at: GatewayFixture.now)
        let rows = try await self.viewRows()
        #expect(
            rows == [
                [
                    .string(identifiers[0]), .time(GatewayFixture.now), .string("prices"), .int64(3),
                    .string("answered"), .null, .float64(10), .float64(0.5),
                ],
                [
                    .string(identifiers[1]), .time(GatewayFixture.now), .string("prices"), .int64(3),
                    .string("answered"), .null, .float64(10), .float64(1.5),
                ],
                [
                    .string(identifiers[2]), .time(GatewayFixture.now), .string("prices"), .int64(3),
                    .string("refused"), .string("request.notJSON"), .null, .null,
                ],
            ]
        )
    }

    /// The rows of the warehouse's view `predictions`.
    private func viewRows() async throws -> [[Value]] {
        let session = WarehouseSession(
            path: self.directory.deletingLastPathComponent().appendingPathComponent("warehouse.duckdb").path,
            locator: EngineLocator.ofProcess(),
            predictionsDirectory: self.directory.path
        )
        return try await session.withConnection { connection in
            let batch = try connection.query(
                """
                SELECT request_id, time, endpoint, version, status, error_code, predictions[1],
                    CAST(inputs->'$[0].features.area' AS DOUBLE)
                FROM predictions ORDER BY 8 NULLS LAST
                """
            )
            return (0..<batch.rowCount).map { row in batch.columns.map { $0[row] } }
        }
    }
}
