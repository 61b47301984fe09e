import Foundation
import MartletCore
import Testing

@testable import martlet

struct DemoDataTests {
    private let city = DemoCity(seed: 7, buildingCount: 60)

    @Test func `equal seeds give equal sales, another seed others`() throws {
        let day = try #require(EventTime(iso8601: "2023-05-23"))
        let first = DemoSales(city: self.city, seed: 7, count: 500, lastDay: day)
        let again = DemoSales(city: DemoCity(seed: 7, buildingCount: 60), seed: 7, count: 500, lastDay: day)
        #expect(first.csv == again.csv)
        #expect(first.csv != DemoSales(city: self.city, seed: 8, count: 500, lastDay: day).csv)
    }

    @Test func `sales have the official columns and every kind of defect`() throws {
        let day = try #require(EventTime(iso8601: "2023-05-23"))
        let sales = DemoSales(city: self.city, seed: 7, count: 2_000, lastDay: day)
        #expect(sales.rows.count == 2_000)
        #expect(sales.rows.allSatisfy { $0.count == DemoSales.header.count })
        #expect(sales.csv.hasPrefix("\"접수연도\",\"자치구코드\""))
        #expect(sales.rows.count - Set(sales.rows).count >= sales.defects.duplicates)
        #expect(sales.defects.duplicates > 0)
        #expect(sales.rows.count { !$0[16].isEmpty } >= sales.defects.cancelled)
        #expect(sales.defects.cancelled > 0)
        #expect(sales.defects.rights > 0)
        #expect(sales.defects.yearZero > 0)
        #expect(sales.defects.missingFloor > 0)
    }

    @Test func `every name of a building says that it is generated`() {
        #expect(self.city.buildings.allSatisfy { $0.name.hasPrefix("가상") })
        #expect(self.city.stations.allSatisfy { $0.line.hasPrefix("가상") })
    }
}
