import Foundation

/// The map on which the generated sales happen: Seoul's districts, invented buildings and invented stations.
///
/// District names, codes and rough centres are those of the city; every neighbourhood price, building, lot and station
/// is GENERATED.
struct DemoCity {
    /// A district with its centre and the price of a square metre, in 10,000 KRW.
    struct District {
        let code: String
        let name: String
        let latitude: Double
        let longitude: Double
        let pricePerSquareMetre: Double
        let neighbourhoods: [String]
    }

    /// A station of an invented line.
    struct Station {
        let line: String
        let name: String
        let latitude: Double
        let longitude: Double
    }

    /// A building in which flats are sold.
    struct Building {
        let district: District
        let neighbourhoodCode: String
        let neighbourhood: String
        let mainNumber: Int
        let subNumber: Int
        let name: String
        let latitude: Double
        let longitude: Double
        let builtYear: Int
        let floorCount: Int
        /// Floor areas of its flats, in m².
        let areas: [Double]
        /// What the building adds to the price of its district, as a factor.
        let quality: Double
        let stationMetres: Double
        let use: String
    }

    let stations: [Station]
    let buildings: [Building]

    /// Draws a city.
    init(seed: UInt64, buildingCount: Int) {
        var random = DemoRandom(seed: seed)
        let stations = (0..<150)
            .map { index in
                let district = random.pick(Self.districts)
                return Station(
                    line: "가상\(index % 9 + 1)호선",
                    name: random.pick(Self.nameStarts) + random.pick(Self.nameEnds) + "\(index + 1)역",
                    latitude: district.latitude + random.normal(0, 0.014),
                    longitude: district.longitude + random.normal(0, 0.017)
                )
            }
        self.stations = stations
        self.buildings = (0..<buildingCount)
            .map { Self.building($0, stations: stations, random: &random) }
    }

    private static func building(_ index: Int, stations: [Station], random: inout DemoRandom) -> Building {
        let district = Self.districts[index % Self.districts.count]
        let place = random.whole(0...(district.neighbourhoods.count - 1))
        let latitude = district.latitude + random.normal(0, 0.011)
        let longitude = district.longitude + random.normal(0, 0.013)
        let nearest = stations.map { Self.metres(latitude, longitude, $0.latitude, $0.longitude) }.min() ?? 0
        let roll = random.unit()
        let use = roll < 0.62 ? "아파트" : roll < 0.86 ? "연립다세대" : "오피스텔"
        let sizes: [Double] = use == "아파트" ? [39.6, 49.8, 59.9, 74.5, 84.9, 101.8, 114.7] : [18.4, 24.7, 29.6, 41.2]
        return Building(
            district: district,
            neighbourhoodCode: String(10_100 + place * 100),
            neighbourhood: district.neighbourhoods[place],
            mainNumber: random.whole(1...1_400),
            subNumber: random.happens(0.5) ? 0 : random.whole(1...40),
            name: "가상" + random.pick(Self.nameStarts) + random.pick(Self.nameEnds) + "\(index + 1)",
            latitude: latitude,
            longitude: longitude,
            builtYear: random.whole(1_978...2_021),
            floorCount: use == "아파트" ? random.whole(12...35) : random.whole(4...15),
            areas: (0..<3).map { _ in random.pick(sizes) + (random.uniform(-0.9, 0.9) * 100).rounded() / 100 },
            quality: exp(random.normal(0, 0.13)),
            stationMetres: nearest,
            use: use
        )
    }

    /// The distance of two places on the ground.
    ///
    /// Equirectangular: within 0.1 % of the great circle inside one city.
    static func metres(_ latitude: Double, _ longitude: Double, _ otherLatitude: Double, _ other: Double) -> Double {
        let radians = Double.pi / 180
        let north = (otherLatitude - latitude) * radians
        let east = (other - longitude) * radians * cos((latitude + otherLatitude) / 2 * radians)
        return 6_371_000 * (north * north + east * east).squareRoot()
    }

    private static let nameStarts = ["한빛", "새봄", "푸른", "해솔", "늘봄", "가온", "다온", "미르", "온새", "별내", "솔빛", "은하"]
    private static let nameEnds = ["마루", "나래", "누리", "터", "뜰", "재", "숲", "들", "채", "뫼"]

    private static func district(
        _ code: String,
        _ name: String,
        _ latitude: Double,
        _ longitude: Double,
        _ price: Double,
        _ neighbourhoods: [String]
    ) -> District {
        District(
            code: code,
            name: name,
            latitude: latitude,
            longitude: longitude,
            pricePerSquareMetre: price,
            neighbourhoods: neighbourhoods
        )
    }

    private static let districts: [District] = [
        district("11110", "종로구", 37.573, 126.979, 1_020, ["평동", "숭인동"]),
        district("11140", "중구", 37.564, 126.998, 1_060, ["신당동", "황학동"]),
        district("11170", "용산구", 37.532, 126.990, 1_650, ["이촌동", "한남동", "산천동"]),
        district("11200", "성동구", 37.563, 127.037, 1_330, ["성수동", "행당동", "옥수동"]),
        district("11215", "광진구", 37.538, 127.082, 1_210, ["자양동", "구의동"]),
        district("11230", "동대문구", 37.574, 127.040, 880, ["답십리동", "전농동"]),
        district("11260", "중랑구", 37.606, 127.093, 690, ["면목동", "신내동"]),
        district("11290", "성북구", 37.589, 127.017, 790, ["길음동", "돈암동"]),
        district("11305", "강북구", 37.640, 127.025, 650, ["미아동", "번동"]),
        district("11320", "도봉구", 37.669, 127.047, 610, ["창동", "방학동"]),
        district("11350", "노원구", 37.654, 127.056, 700, ["상계동", "중계동", "월계동"]),
        district("11380", "은평구", 37.602, 126.929, 730, ["응암동", "진관동"]),
        district("11410", "서대문구", 37.579, 126.937, 870, ["홍제동", "남가좌동"]),
        district("11440", "마포구", 37.566, 126.902, 1_180, ["아현동", "공덕동", "상암동"]),
        district("11470", "양천구", 37.517, 126.866, 1_120, ["목동", "신정동"]),
        district("11500", "강서구", 37.551, 126.850, 830, ["마곡동", "등촌동", "화곡동"]),
        district("11530", "구로구", 37.495, 126.887, 720, ["구로동", "개봉동"]),
        district("11545", "금천구", 37.457, 126.896, 640, ["독산동", "시흥동"]),
        district("11560", "영등포구", 37.526, 126.896, 1_050, ["당산동", "신길동"]),
        district("11590", "동작구", 37.512, 126.939, 1_070, ["상도동", "흑석동"]),
        district("11620", "관악구", 37.478, 126.951, 780, ["봉천동", "신림동"]),
        district("11650", "서초구", 37.484, 127.033, 1_900, ["반포동", "잠원동", "서초동"]),
        district("11680", "강남구", 37.517, 127.047, 2_050, ["대치동", "역삼동", "개포동"]),
        district("11710", "송파구", 37.515, 127.106, 1_550, ["잠실동", "가락동", "문정동"]),
        district("11740", "강동구", 37.530, 127.124, 1_080, ["고덕동", "천호동"]),
    ]
}
