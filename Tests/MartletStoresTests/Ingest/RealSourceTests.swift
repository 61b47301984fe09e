import Foundation
import MartletCore
import MartletIngest
import Testing

@Suite(.enabled(if: SourceFiles.isWanted, "the real data sets are not on this machine"))
struct RealSourceTests {
    static func seoul(_ path: String, encoding: String = "utf-8", name: String = "transactions") -> String {
        """
        name: \(name)
        description: Sales of Seoul flats and houses reported in 2023
        location: {path: \(path)}
        format:
          csv: {date_format: YYYYMMDD, encoding: \(encoding)}
        columns:
          district_code: {type: int64, from: 자치구코드}
          district: {type: string, from: 자치구명}
          neighbourhood_code: {type: int64, from: 법정동코드}
          neighbourhood: {type: string, from: 법정동명}
          lot_main: {type: int64, from: 본번}
          lot_sub: {type: int64, from: 부번}
          building: {type: string, from: 건물명}
          contract_date: {type: date, from: 계약일}
          price: {type: float64, from: 물건금액(만원)}
          area: {type: float64, from: 건물면적(㎡)}
          land_area: {type: float64, from: 토지면적(㎡)}
          floor: {type: int64, from: 층}
          right_kind: {type: string, from: 권리구분}
          cancelled_on: {type: date, from: 취소일}
          year_built: {type: int64, from: 건축년도, missing: ["0", "null"]}
          building_use: {type: string, from: 건물용도}
          report_kind: {type: string, from: 신고구분}
        expectations:
          - not_null: {columns: [district_code, contract_date, price, area]}
          - range: {column: price, min: 1000, max: 2000000, severity: warn}
          - range: {column: contract_date, min: 2022-01-01, max: 2023-12-31, severity: warn}
          - allowed: {column: building_use, values: [아파트, 연립다세대, 오피스텔, 단독다가구]}
          - range: {column: year_built, min: 1900, max: 2025, severity: warn}
          - row_count: {min: 20000}
          - quarantined_share: {max: 0.01}
        cleaning:
          - drop_duplicates:
          - where: {sql: cancelled_on IS NULL, reason: cancelled sale}
          - where: {sql: right_kind IS NULL, reason: sale of a right}
          - derive: {column: price_per_area, type: float64, sql: price / area}
        """
    }

    @Test func `the Seoul sales load with the counts their README gives`() async throws {
        let data = try #require(SourceFiles.folder)
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let path = data + "/seoul_transactions_2023/transactions.csv"
        let report = try #require(try await bench.ingest(Self.seoul(path)).first)
        #expect(report.outcome == .loaded)
        #expect(report.figures.rowsRead == 23_529)
        #expect(report.figures.rowsQuarantined == 0)
        #expect(report.figures.rowsDuplicate == 822)
        #expect(report.figures.undeclaredColumns.count == 4)
        let apartments = "SELECT count(*) FROM transactions WHERE building_use = '아파트'"
        #expect(try await bench.rows(apartments) == ["11057"])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let raw = try Data(contentsOf: bench.folder.appendingPathComponent("raw/" + report.rawPath))
        #expect(raw == bytes)
        #expect(report.batch == ContentHash(of: bytes))
    }

    @Test func `the die-casting log loses its sensor faults`() async throws {
        let data = try #require(SourceFiles.folder)
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let report = try #require(
            try await bench.ingest(
                """
                name: shots
                location: {path: \(data)/diecasting_process_2019/process_log.csv}
                format: csv
                timezone: Asia/Seoul
                columns:
                  id: int64
                  registration_time: timestamp
                  molten_volume: {type: float64, missing: ["-1"]}
                  molten_temp: float64
                  low_section_speed: float64
                  biscuit_thickness: float64
                  lower_mold_temp2: float64
                  physical_strength: float64
                  tryshot_signal: string
                  mold_code: string
                  passorfail: int64
                expectations:
                  - unique: {columns: [id]}
                  - allowed: {column: passorfail, values: [0, 1]}
                  - range: {column: low_section_speed, max: 60000}
                  - range: {column: biscuit_thickness, max: 100}
                  - range: {column: physical_strength, min: 100}
                  - range: {column: molten_temp, min: 100}
                  - range: {column: lower_mold_temp2, max: 1448}
                cleaning:
                  - where: {sql: tryshot_signal = 'A', reason: trial shot}
                """
            )
            .first
        )
        #expect(report.figures.rowsRead == 90_177)
        let counts = Dictionary(report.figures.quarantined.map { ($0.label, $0.count) }) { first, _ in first }
        #expect(counts["range(low_section_speed)"] == 1)
        #expect(counts["range(biscuit_thickness)"] == 193)
        #expect(counts["range(physical_strength)"] == 126)
        #expect(counts["range(molten_temp)"] == 17)
        #expect((counts["range(lower_mold_temp2)"] ?? 0) > 0)
        let first = "SELECT registration_time FROM shots ORDER BY _row LIMIT 1"
        #expect(try await bench.rows(first) == ["2019-01-02T07:45:06Z"])
    }

    @Test func `CDNOW orders and HDB resales load with their totals and duplicates`() async throws {
        let data = try #require(SourceFiles.folder)
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let orders = """
            name: orders
            location: {path: \(data)/cdnow_orders/orders.csv}
            format: csv
            columns: {customer_id: string, order_date: date, quantity: int64, amount: float64}
            """
        #expect(try await bench.ingest(orders).first?.figures.rowsLoaded == 69_659)
        #expect(
            try await bench.rows(
                "SELECT count(DISTINCT customer_id), round(sum(amount), 2), min(customer_id) FROM orders"
            )
                == ["23570|2500315.63|00001"]
        )
        let deduplicated =
            orders.replacing("name: orders", with: "name: deduplicated") + "\ncleaning: [{drop_duplicates: {}}]"
        #expect(try await bench.ingest(deduplicated).first?.figures.rowsDuplicate == 255)
        let resales = """
            name: resales
            location: {path: \(data)/hdb_resale_2012_2016/resale_transactions.csv}
            format: {csv: {date_format: YYYY-MM}}
            columns: {month: date, town: string, block: string, floor_area_sqm: float64, remaining_lease: int64, resale_price: float64}
            cleaning: [{drop_duplicates: {}}]
            """
        let report = try #require(try await bench.ingest(resales).first)
        #expect(report.figures.rowsRead == 89_356)
        #expect(report.figures.rowsDuplicate == 272)
        #expect(report.figures.rowsQuarantined == 0)
        #expect(
            try await bench.rows(
                "SELECT count(*) FROM resales WHERE month < '2015-01-01' AND remaining_lease IS NOT NULL"
            ) == ["0"]
        )
    }

    @Test func `the sources of the examples load`() async throws {
        let data = try #require(SourceFiles.folder)
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let loaded = [
            "die-casting/sources/shots": 88_283, "hdb-resale/sources/amenities": 9_145,
            "hdb-resale/sources/resales": 89_356, "seoul-apartments/sources/coordinates": 8_260,
            "seoul-apartments/sources/sales": 11_057, "seoul-apartments/sources/schools": 1_412,
            "seoul-apartments/sources/stations": 304,
        ]
        for (path, count) in loaded.sorted(by: { $0.key < $1.key }) {
            let file = SourceFiles.package.appendingPathComponent("Examples/\(path).yaml")
            let yaml = try String(contentsOf: file, encoding: .utf8).replacing("${MARTLET_DATA}", with: data)
            let report = try #require(try await bench.ingest(yaml).first, "\(path)")
            #expect(report.outcome == .loaded, "\(path): \(report.summary)")
            #expect(report.figures.rowsLoaded == count, "\(path): \(report.figures)")
        }
    }
}
