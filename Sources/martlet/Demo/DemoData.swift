import Foundation
import MartletCore

/// The GENERATED files of the demo, in the form of the city's official ones.
struct DemoData {
    /// What was written.
    struct Summary: Sendable {
        let salesCount: Int
        let buildingCount: Int
        let stationCount: Int
        let defects: DemoSales.Defects
        let byteCount: Int
        /// A building with many sales, to ask a prediction for.
        let example: Example
    }

    /// A flat to ask a prediction for.
    struct Example: Sendable {
        let building: String
        let district: String
        let area: Double
        let floor: Int
        let builtYear: Int
    }

    let seed: UInt64
    let salesCount: Int
    let lastDay: EventTime

    /// Writes `transactions.csv` (CP949), `apartment_coordinates.csv`, `subway_stations.csv` and a README to `folder`.
    func write(to folder: URL) throws -> Summary {
        let city = DemoCity(seed: self.seed, buildingCount: 600)
        let sales = DemoSales(city: city, seed: self.seed, count: self.salesCount, lastDay: self.lastDay)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // The official file is CP949, code page 949 of Windows; Foundation has no name for it.
        let codePage949 = String.Encoding(rawValue: 0x8000_0422)
        guard let bytes = sales.csv.data(using: codePage949) else {
            throw CommandError(
                .commandInvalidArgument,
                "the generated sales could not be written as CP949 on this system"
            )
        }
        try bytes.write(to: folder.appending(path: "transactions.csv"))
        let locations = Data(Self.locations(city).utf8)
        try locations.write(to: folder.appending(path: "apartment_coordinates.csv"))
        let stations = Data(Self.stations(city).utf8)
        try stations.write(to: folder.appending(path: "subway_stations.csv"))
        try Data(Self.readme.utf8).write(to: folder.appending(path: "README.md"))
        return Summary(
            salesCount: sales.rows.count,
            buildingCount: city.buildings.count,
            stationCount: city.stations.count,
            defects: sales.defects,
            byteCount: bytes.count + locations.count + stations.count,
            example: Self.example(city, sales)
        )
    }

    private static func locations(_ city: DemoCity) -> String {
        var text = "시군구,번지,아파트명,경도,위도\n"
        for building in city.buildings {
            let place = "서울특별시 \(building.district.name) \(building.neighbourhood)"
            let coordinates = String(format: "%.6f,%.6f", building.longitude, building.latitude)
            text += "\(place),\(Self.lot(building)),\(building.name),\(coordinates)\n"
        }
        return text
    }

    private static func stations(_ city: DemoCity) -> String {
        var text = "Line,Station Name,Address,Latitude,Longitude\n"
        for station in city.stations {
            let coordinates = String(format: "%.6f,%.6f", station.latitude, station.longitude)
            text += "\(station.line),\(station.name),서울특별시 가상로,\(coordinates)\n"
        }
        return text
    }

    private static func lot(_ building: DemoCity.Building) -> String {
        building.subNumber > 0 ? "\(building.mainNumber)-\(building.subNumber)" : "\(building.mainNumber)"
    }

    private static func example(_ city: DemoCity, _ sales: DemoSales) -> Example {
        var counts: [String: Int] = [:]
        for row in sales.rows { counts[row[9], default: 0] += 1 }
        let flats = city.buildings.filter { $0.use == "아파트" }
        let busiest =
            flats.max { (counts[$0.name] ?? 0, $1.name) < (counts[$1.name] ?? 0, $0.name) } ?? city.buildings[0]
        return Example(
            building: "\(busiest.district.name) \(busiest.neighbourhood) \(Self.lot(busiest))",
            district: busiest.district.code,
            area: busiest.areas[0],
            floor: min(12, busiest.floorCount),
            builtYear: busiest.builtYear
        )
    }

    private static let readme = """
        # GENERATED data

        Nothing in this folder happened. `martlet demo` generated it from a seed, with the columns, the CP949 encoding and
        the defects of Seoul's official file of sales: exact duplicates, cancelled sales, sales of rights, year built 0,
        missing floors. District names and codes are the city's; buildings, stations, lots and prices are invented.

        """
}
