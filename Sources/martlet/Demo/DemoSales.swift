import Foundation
import MartletCore

/// GENERATED sales with the columns, the quoting and the defects of the city's official file.
///
/// Prices follow district, building, area, age, floor, distance to a station and time, with noise; the same seed and
/// day give the same rows.
struct DemoSales {
    /// How many rows of each defect the data hold.
    struct Defects: Sendable {
        var duplicates = 0
        var cancelled = 0
        var rights = 0
        var yearZero = 0
        var missingFloor = 0
    }

    let rows: [[String]]
    let defects: Defects

    static let header = [
        "접수연도", "자치구코드", "자치구명", "법정동코드", "법정동명", "지번구분", "지번구분명", "본번", "부번", "건물명", "계약일",
        "물건금액(만원)", "건물면적(㎡)", "토지면적(㎡)", "층", "권리구분", "취소일", "건축년도", "건물용도", "신고구분",
        "신고한 개업공인중개사 시군구명",
    ]

    /// Draws `count` sales of the 420 days before `lastDay`.
    init(city: DemoCity, seed: UInt64, count: Int, lastDay: EventTime) {
        var random = DemoRandom(seed: seed &+ 1)
        var defects = Defects()
        var rows: [[String]] = []
        rows.reserveCapacity(count)
        while rows.count < count {
            if random.happens(0.035), let earlier = rows.last {
                rows.append(earlier)
                defects.duplicates += 1
            } else {
                rows.append(Self.sale(city, lastDay: lastDay, random: &random, defects: &defects))
            }
        }
        self.rows = rows
        self.defects = defects
    }

    private static func sale(
        _ city: DemoCity,
        lastDay: EventTime,
        random: inout DemoRandom,
        defects: inout Defects
    ) -> [String] {
        let building = random.pick(city.buildings)
        let daysAgo = Int(420 * pow(random.unit(), 1.3))
        let day = lastDay - .days(Int64(daysAgo))
        let area = random.pick(building.areas)
        let floor = random.whole(1...building.floorCount)
        let isDirect = random.happens(0.16)
        let price = Self.price(building, area: area, floor: floor, daysAgo: daysAgo, isDirect: isDirect, &random)
        let isCancelled = random.happens(0.034)
        let isRight = random.happens(0.007)
        let hasNoYear = random.happens(0.007)
        let hasNoFloor = random.happens(0.012)
        if isCancelled { defects.cancelled += 1 }
        if isRight { defects.rights += 1 }
        if hasNoYear { defects.yearZero += 1 }
        if hasNoFloor { defects.missingFloor += 1 }
        return [
            String(day.day.prefix(4)), building.district.code, building.district.name, building.neighbourhoodCode,
            building.neighbourhood, "1", "대지", Self.padded(building.mainNumber), Self.padded(building.subNumber),
            building.name, day.day.replacing("-", with: ""), String(price), String(format: "%.2f", area), "0.000000",
            hasNoFloor ? "" : String(floor), isRight ? "분양권" : "",
            isCancelled ? (day + .days(9)).day.replacing("-", with: "") : "",
            hasNoYear ? "0" : String(building.builtYear), building.use, isDirect ? "직거래" : "중개거래",
            isDirect ? "" : "서울 \(building.district.name)",
        ]
    }

    /// The price in 10,000 KRW.
    private static func price(
        _ building: DemoCity.Building,
        area: Double,
        floor: Int,
        daysAgo: Int,
        isDirect: Bool,
        _ random: inout DemoRandom
    ) -> Int {
        let age = Double(2_023 - building.builtYear)
        let rebuilding = age > 35 ? 0.10 : 0
        let ageEffect = 1 - 0.0075 * min(age, 35) + rebuilding
        let floorEffect = 0.94 + 0.12 * Double(floor) / Double(building.floorCount)
        let stationEffect = exp(-0.00022 * min(building.stationMetres, 2_000))
        let months = Double(daysAgo) / 30
        let timeEffect = 1 - 0.006 * months + 0.025 * sin(months / 2)
        let useEffect = building.use == "아파트" ? 1 : building.use == "오피스텔" ? 0.62 : 0.58
        let base = building.district.pricePerSquareMetre * pow(area, 0.97) * building.quality
        let effects = ageEffect * floorEffect * stationEffect * timeEffect * useEffect * (isDirect ? 0.93 : 1)
        let noisy = base * effects * exp(random.normal(0, 0.055))
        return Int((noisy / 50).rounded()) * 50
    }

    private static func padded(_ number: Int) -> String { String(format: "%04d", number) }

    /// The rows as CSV with every field quoted, as in the official file.
    var csv: String { Self.csv([Self.header] + self.rows) }

    /// CSV with every field quoted.
    static func csv(_ rows: [[String]]) -> String {
        var text = ""
        for row in rows {
            text += row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
            text += "\r\n"
        }
        return text
    }
}
