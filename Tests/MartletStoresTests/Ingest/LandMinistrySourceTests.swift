import Foundation
import HTTPTypes
import MartletCore
import MartletIngest
import Testing

/// The land ministry's sales API, from definition to table.
struct LandMinistrySourceTests {
    private static let source = """
        name: sales
        location:
          url: {base}
          key: {parameter: serviceKey, env: SALES_KEY}
          for_each:
            LAWD_CD: ["11110", "11140"]
            DEAL_YMD: {months: 2}
          paging: {parameter: pageNo, size_parameter: numOfRows, size: 2, total_pointer: /response/body/totalCount}
          answer:
            status_pointer: /response/header/resultCode
            good: ["00", "000"]
            empty: ["03"]
            message_pointer: /response/header/resultMsg
            fault_pointer: /OpenAPI_ServiceResponse/cmmMsgHeader/returnAuthMsg
        format: {xml: {records: /response/body/items/item}}
        timezone: Asia/Seoul
        columns:
          district: {type: string, from: 지역코드}
          neighbourhood: {type: string, from: 법정동}
          name: {type: string, from: 아파트}
          price: {type: float64, from: 거래금액, thousands: ","}
          area: {type: float64, from: 전용면적}
          floor: {type: int64, from: 층}
          year: {type: int64, from: 년}
          month: {type: int64, from: 월}
          day: {type: int64, from: 일}
        cleaning:
          - derive: {column: signed_on, type: date, sql: "make_date(year, month, day)"}
        """

    /// One district and month alone.
    private static let single = source.replacing("[\"11110\", \"11140\"]", with: "[\"11110\"]")
        .replacing("{months: 2}", with: "[\"202310\"]")

    private static func sales(_ count: Int) -> [LandMinistryServer.Sale] {
        (1...count).map { LandMinistryServer.Sale(day: $0, name: "광화문 & <풍림>아파트 \($0)동", price: "\($0)2,500") }
    }

    private static func escaped(_ sales: [LandMinistryServer.Sale]) -> [LandMinistryServer.Sale] {
        sales.map { sale in
            var sale = sale
            sale.name = sale.name.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing(">", with: "&gt;")
            return sale
        }
    }

    private static func surroundings(_ record: IngestRecord? = nil) -> IngestWorkbench.Surroundings {
        IngestWorkbench.Surroundings(environment: ["SALES_KEY": LandMinistryServer.key], record: record)
    }

    @Test func `every district and month is a batch of all its pages`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(5)), district: "11110", month: "202310")
        server.set(Self.escaped(Self.sales(1)), district: "11140", month: "202311")
        let reports = try await server.run { base in
            try await bench.ingest(Self.source.replacing("{base}", with: base), in: Self.surroundings())
        }
        #expect(reports.map(\.outcome) == [.loaded, .nothingNew, .nothingNew, .loaded])
        #expect(reports[0].origin.hasSuffix("getRTMSDataSvcAptTrade LAWD_CD=11110 DEAL_YMD=202310"))
        #expect(
            server.requests == [
                "11110 202310 1", "11110 202310 2", "11110 202310 3", "11110 202311 1", "11140 202310 1",
                "11140 202311 1",
            ]
        )
        #expect(
            try await bench.rows(
                "SELECT district, neighbourhood, name, price, area, floor, signed_on FROM sales "
                    + "WHERE day = 5 OR district = '11140' ORDER BY district"
            ) == [
                "11110|사직동|광화문 & <풍림>아파트 5동|52500.0|84.97|11|2023-10-05T00:00:00Z",
                "11140|사직동|광화문 & <풍림>아파트 1동|12500.0|84.97|11|2023-11-01T00:00:00Z",
            ]
        )
        let kept = try await bench.rows("SELECT string_agg(origin || raw_path) FROM martlet_loads")
        #expect(kept.first?.contains("cd=") == false)
    }

    @Test func `CP949 bytes that call themselves UTF-8 are read`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(3)), district: "11110", month: "202310")
        server.encodeAsCP949()
        _ = try await server.run { base in
            try await bench.ingest(Self.single.replacing("{base}", with: base), in: Self.surroundings())
        }
        #expect(
            try await bench.rows("SELECT DISTINCT neighbourhood, price FROM sales WHERE day = 3") == ["사직동|32500.0"]
        )
    }

    @Test(
        arguments: [
            [.cutOff], [.status(.serviceUnavailable, retryAfter: nil), .status(.badGateway, retryAfter: nil)],
            [.resultCode("99", "UNKNOWN_ERROR"), .portalError("LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR")],
            [.otherTotal],
        ] as [[LandMinistryServer.Trouble]]
    )
    func `what goes wrong twice is whole at the third try`(troubles: [LandMinistryServer.Trouble]) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(5)), district: "11110", month: "202310")
        server.fail(troubles)
        let record = IngestRecord()
        let reports = try await server.run { base in
            try await bench.ingest(Self.single.replacing("{base}", with: base), in: Self.surroundings(record))
        }
        #expect(reports.map(\.figures.rowsLoaded) == [5])
        #expect(try await bench.rows("SELECT count(*), count(DISTINCT day) FROM sales") == ["5|5"])
        #expect(record.pauses == Array([TimeSpan.seconds(5), .seconds(10)].prefix(troubles.count)))
        #expect(record.events.isEmpty)
    }

    @Test(arguments: [
        (LandMinistryServer.Trouble.shortPage, "says that it has 5 records, and its pages hold 2"),
        (.portalError("SERVICE_KEY_IS_NOT_REGISTERED_ERROR"), "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"),
        (.resultCode("22", "LIMITED"), "answered with status 22: LIMITED"),
        (.cutOff, "no whole XML document"),
    ])
    func `after three tries nothing is loaded and a person is told`(
        _ example: (trouble: LandMinistryServer.Trouble, words: String)
    ) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(5)), district: "11110", month: "202310")
        // A short page is a page all the same, and each of the three tries reads three.
        server.fail(Array(repeating: example.trouble, count: example.words.contains("pages hold") ? 9 : 3))
        let record = IngestRecord()
        let error = await #expect(throws: IngestError.self) {
            try await server.run { base in
                try await bench.ingest(Self.single.replacing("{base}", with: base), in: Self.surroundings(record))
            }
        }
        #expect(error?.code.description == "ingest.fetchFailed")
        #expect(error?.message.contains(example.words) == true, "\(error?.message ?? "")")
        #expect(record.events.map(\.kind) == [.sourceFailed])
        #expect(record.events.first?.message.contains("(tried 3 times)") == true)
        #expect(record.events.first?.message.contains("cd==") == false)
        let raw = bench.folder.appendingPathComponent("raw/sales")
        #expect((try? FileManager.default.contentsOfDirectory(atPath: raw.path)) ?? [] == [])
    }

    @Test func `a refusal of the request is not repeated, and a key that is missing is named`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(1)), district: "11110", month: "202310")
        server.fail([.status(.forbidden, retryAfter: nil)])
        let record = IngestRecord()
        let refused = await #expect(throws: IngestError.self) {
            try await server.run { base in
                try await bench.ingest(Self.single.replacing("{base}", with: base), in: Self.surroundings(record))
            }
        }
        #expect(refused?.message.contains("status 403") == true)
        #expect(record.pauses.isEmpty)
        let missing = await #expect(throws: IngestError.self) {
            try await bench.ingest(
                Self.single.replacing("{base}", with: "http://127.0.0.1:1/"),
                in: IngestWorkbench.Surroundings(environment: [:])
            )
        }
        #expect(missing?.code.description == "ingest.keyMissing")
        #expect(missing?.message.contains("'SALES_KEY' is not set") == true)
    }

    @Test func `the other side's wish to be left alone is kept, and requests are spaced`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(4)), district: "11110", month: "202310")
        server.fail([.status(.tooManyRequests, retryAfter: 42)])
        let record = IngestRecord()
        let paced = Self.single.replacing("  paging:", with: "  requests_per_second: 4\n  paging:")
        _ = try await server.run { base in
            try await bench.ingest(paced.replacing("{base}", with: base), in: Self.surroundings(record))
        }
        // The clock of this test stands still, so each request waits a quarter of a second longer than the one before.
        let quarters = [1, 2].map { TimeSpan(microseconds: Int64($0) * 250_000) }
        #expect(record.pauses == [.seconds(42)] + quarters)
    }

    @Test func `the fallback is read when the place fails, and is marked`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("last.csv", "지역코드,법정동,아파트,거래금액,전용면적,층,년,월,일\n11110,사직동,풍림,\"1,000\",84.9,3,2023,10,9\n")
        let source =
            Self.single + "\nupdates: replace\nfallback:\n  location: {path: last.csv}\n  format: csv\n"
        let server = LandMinistryServer()
        server.set(Self.escaped(Self.sales(2)), district: "11110", month: "202310")
        server.fail(Array(repeating: .resultCode("99", "UNKNOWN"), count: 3))
        let record = IngestRecord()
        try await server.run { base in
            let source = source.replacing("{base}", with: base)
            let reports = try await bench.ingest(source, in: Self.surroundings(record))
            #expect(reports.map(\.isFallback) == [true])
            #expect(reports.map(\.figures.rowsLoaded) == [1])
            #expect(record.events.map(\.kind) == [.sourceFailed, .fellBack])
            #expect(try await bench.rows("SELECT via, origin FROM martlet_loads") == ["fallback|last.csv (fallback)"])
            #expect(try await bench.rows("SELECT price FROM sales") == ["1000.0"])
            // The place is back: its rows take the place of the fallback's.
            let later = try await bench.ingest(source, in: Self.surroundings(record))
            #expect(later.map(\.isFallback) == [false])
        }
        #expect(try await bench.rows("SELECT price FROM sales ORDER BY price") == ["12500.0", "22500.0"])
        #expect(try await bench.rows("SELECT via FROM martlet_loads") == ["source"])
        #expect(try await bench.rows("SELECT origin FROM martlet_replaced_loads") == ["last.csv (fallback)"])
    }

    @Test func `a month that is read again takes its own place, and rows keep the time they were learnt`() async throws
    {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let server = LandMinistryServer()
        let sales = Self.escaped(Self.sales(3))
        server.set(sales, district: "11110", month: "202310")
        let source = Self.single + "\nupdates: replace\n"
        let later = IngestWorkbench.now + .days(1)
        try await server.run { base in
            let source = source.replacing("{base}", with: base)
            try await bench.ingest(source, in: Self.surroundings())
            // One contract was cancelled, one is new, and two are equal.
            server.set([sales[0], sales[2], sales[2]], district: "11110", month: "202310")
            var surroundings = Self.surroundings()
            surroundings.now = { later }
            let again = try await bench.ingest(source, in: surroundings)
            #expect(again.map(\.figures.rowsLoaded) == [3])
            let third = try await bench.ingest(source, in: surroundings)
            #expect(third.map(\.outcome) == [.alreadyLoaded])
            // The first bytes come back: they are loaded again, not taken for loaded.
            server.set(sales, district: "11110", month: "202310")
            let back = try await bench.ingest(source, in: surroundings)
            #expect(back.map(\.outcome) == [.loaded])
            server.set([sales[0], sales[2], sales[2]], district: "11110", month: "202310")
            try await bench.ingest(source, in: surroundings)
        }
        #expect(
            try await bench.rows("SELECT day, _loaded_at FROM sales ORDER BY day, _loaded_at") == [
                "1|\(IngestWorkbench.now)", "3|\(IngestWorkbench.now)", "3|\(later)",
            ]
        )
        #expect(try await bench.rows("SELECT count(*) FROM martlet_loads") == ["1"])
    }
}
