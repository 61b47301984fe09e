import Foundation
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletIngest
import Testing

/// Sources behind a real server on this machine.
struct HTTPSourceTests {
    private static func application() -> some ApplicationProtocol {
        let router = Router()
        router.get("file.csv") { request, _ in
            request.headers[.authorization] == "Bearer key" ? "id,v\n1,a\n2,b\n" : "id,v\n"
        }
        router.get("numbered") { request, _ in
            switch request.uri.queryParameters["page"] {
            case "1": "{\"data\": [{\"id\": 1, \"v\": \"a\"}, {\"id\": 2, \"v\": null}]}"
            case "2": "{\"data\": [{\"id\": 3, \"v\": \"c\"}]}"
            default: "{\"data\": []}"
            }
        }
        router.get("linked") { request, _ in
            request.uri.queryParameters["from"] == "3"
                ? "{\"rows\": [{\"id\": 3, \"v\": \"c\"}], \"next\": null}"
                : "{\"rows\": [{\"id\": 1, \"v\": \"a\"}, {\"id\": 2, \"v\": null}], \"next\": \"/linked?from=3\"}"
        }
        router.get("endless") { request, _ in
            let page = request.uri.queryParameters["page"] ?? "0"
            return "{\"data\": [{\"id\": \(page), \"v\": \"x\"}]}"
        }
        router.get("circle") { _, _ in "{\"rows\": [{\"id\": 1}], \"next\": \"/circle\"}" }
        return Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
    }

    /// Ingests `location` from the server, with `{base}` as its address.
    private func ingest(_ location: String, format: String, into bench: IngestWorkbench) async throws -> IngestReport? {
        try await Self.application()
            .test(.live) { client in
                let base = "http://127.0.0.1:\(client.port ?? 0)"
                let place = location.replacing("{base}", with: base)
                return
                    try await bench.ingest(
                        "name: s\nlocation: \(place)\nformat: \(format)\ncolumns: {id: int64, v: string}"
                    )
                    .first
            }
    }

    @Test func `a file is fetched with its headers`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let report = try await self.ingest(
            "{url: \"{base}/file.csv?key=secret\", headers: {Authorization: Bearer key}}",
            format: "csv",
            into: bench
        )
        #expect(report?.figures.rowsLoaded == 2)
        #expect(report?.origin.hasSuffix("/file.csv") == true)
        #expect(try await bench.rows("SELECT origin LIKE '%secret%' FROM martlet_loads") == ["false"])
    }

    @Test(arguments: [
        ("{url: \"{base}/numbered\", paging: {parameter: page, records_pointer: /data}}", "/data"),
        ("{url: \"{base}/linked\", paging: {next_pointer: /next}}", "/rows"),
    ])
    func `all pages of a fetch are one batch`(location: String, records: String) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let format = "{json: {records: \(records)}}"
        let report = try #require(try await self.ingest(location, format: format, into: bench))
        #expect(report.figures.rowsRead == 3)
        #expect(try await bench.rows("SELECT _row, id, v FROM s ORDER BY _row") == ["1|1|a", "2|2|", "3|3|c"])
        #expect(try await bench.rows("SELECT count(*) FROM martlet_loads") == ["1"])
        let again = try await self.ingest(location, format: format, into: bench)
        #expect(again?.batch == report.batch)
        #expect(again?.outcome == .alreadyLoaded)
    }

    @Test(arguments: [
        (
            "{url: \"{base}/endless\", paging: {parameter: page, records_pointer: /data, page_limit: 5}}",
            "ingest.tooLarge"
        ),
        ("{url: \"{base}/circle\", paging: {next_pointer: /next}}", "ingest.fetchFailed"),
        ("{url: \"{base}/absent\"}", "ingest.fetchFailed"),
        ("{url: \"http://127.0.0.1:1/nobody\", timeout: 2s}", "ingest.fetchFailed"),
    ])
    func `a fetch that cannot be whole leaves nothing behind`(location: String, code: String) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let error = await #expect(throws: IngestError.self) {
            try await self.ingest(location, format: "json", into: bench)
        }
        #expect(error?.code.description == code)
        let raw = bench.folder.appendingPathComponent("raw/s")
        #expect((try? FileManager.default.contentsOfDirectory(atPath: raw.path)) ?? [] == [])
    }
}
