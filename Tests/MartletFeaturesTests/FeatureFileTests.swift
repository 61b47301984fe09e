import MartletCore
import MartletFeatures
import Testing

/// Reads feature files as a workspace does.
enum FeatureText {
    static let homes = """
        entities:
          home: {join_keys: [home_id], type: int64, description: A flat.}
          district: {join_keys: [district]}
        feature_views:
          homes:
            entity: home
            source: {table: homes}
            event_timestamp: sold_on
            created_timestamp: loaded_at
            ttl: 90d
            owner: data@example.com
            features:
              area: {type: float64, description: m²}
              floor: {type: int64, column: storey}
          sales:
            entity: district
            source: {sql: SELECT * FROM homes}
            event_timestamp: sold_on
            aggregations:
              - {column: price, functions: [mean, last], over: [7d, 30d]}
              - {functions: [count], over: [30d]}
        feature_services:
          price:
            features: [sales:price_mean_30d, homes.floor]
        """

    static func read(_ texts: String...) -> (catalog: FeatureCatalog, messages: [String]) {
        let context = DocumentContext()
        let files = texts.enumerated()
            .compactMap { index, text in
                Document.parse(yaml: text, file: "features/\(index).yaml", in: context)
                    .map { FeatureFile.read($0, in: context) }
            }
        let catalog = FeatureCatalog.build(files, in: context)
        return (catalog, context.diagnostics.map(\.description))
    }
}

struct FeatureFileTests {
    @Test func `a file of two views and a service reads whole`() throws {
        let (catalog, messages) = FeatureText.read(FeatureText.homes)
        #expect(messages.isEmpty)
        let homes = try catalog.view("homes")
        #expect(homes.joinKeys == [JoinKey("home_id", .int64)])
        #expect(homes.ttl == .days(90))
        #expect(homes.createdTimestamp == "loaded_at")
        #expect(homes.features.map(\.origin) == [.column("area"), .column("storey")])
        #expect(!homes.isAggregated)
        let sales = try catalog.view("sales")
        #expect(sales.isAggregated && sales.longestWindow == .days(30))
        #expect(
            sales.features.map(\.name) == [
                "price_mean_7d", "price_last_7d", "price_mean_30d", "price_last_30d", "events_count_30d",
            ]
        )
        #expect(sales.features.map(\.type) == [.float64, .float64, .float64, .float64, .int64])
    }

    @Test func `a service keeps the order in which features are written`() throws {
        let service = try FeatureText.read(FeatureText.homes).catalog.service("price")
        #expect(service.features.map(\.columnName) == ["sales__price_mean_30d", "homes__floor"])
        #expect(service.joinKeys.map(\.name) == ["district", "home_id"])
    }

    @Test func `a name of another file is found`() throws {
        let more = "feature_services: {all: {views: [homes, sales]}}"
        let (catalog, messages) = FeatureText.read(more, FeatureText.homes)
        #expect(messages.isEmpty)
        #expect(try catalog.service("all").features.count == 7)
    }

    @Test(arguments: [
        ("entity: home\n", "entity: hom\n", "there is no entity 'hom'"),
        ("homes.floor", "homes.flor", "feature view 'homes' has no feature 'flor'"),
        ("homes.floor", "home.floor", "there is no feature view 'home'"),
        ("sales:price_mean_30d, ", "homes.floor, ", "is named twice"),
        ("type: int64, description", "type: float64, description", "a join key cannot be of type float64"),
        ("join_keys: [home_id]", "join_keys: [a, a]", "each named once"),
        ("event_timestamp: sold_on\n    created", "created", "event_timestamp"),
        ("column: price, functions", "functions", "key 'column' is missing; only count does without"),
        ("over: [7d, 30d]", "over: [0d]", "a window must be longer than nothing"),
        ("over: [7d, 30d]", "over: [1 month]", "expected"),
        ("ttl: 90d", "tl: 90d", "ttl"),
        ("  sales:\n", "  sa__les:\n", "needs a name of letters, digits and single '_'"),
        ("functions: [mean, last]", "functions: [median]", "'median'"),
    ])
    func `a fault is named where it stands`(old: String, new: String, message: String) {
        let text = FeatureText.homes.replacing(old, with: new)
        #expect(text != FeatureText.homes)
        let messages = FeatureText.read(text).messages
        #expect(messages.contains { $0.contains(message) && $0.contains("features/0.yaml:") }, "\(messages)")
    }

    @Test func `a mistyped name is answered with the nearest`() {
        let (catalog, messages) = FeatureText.read(FeatureText.homes.replacing("entity: home\n", with: "entity: hom\n"))
        #expect(messages.contains { $0.contains("'home'") })
        let error = #expect(throws: FeatureError.self) { try catalog.service("prise") }
        #expect(error?.code == .featureServiceNotFound)
        #expect(error?.message.contains("'price'") == true)
    }

    @Test func `one name cannot be defined in two files`() {
        let messages = FeatureText.read(FeatureText.homes, "entities: {home: {join_keys: [id]}}").messages
        #expect(messages.count == 1)
        #expect(messages.first?.contains("entity 'home' is already defined at features/0.yaml:2") == true)
    }

    @Test func `columns that a source lacks or has with another type are reported`() {
        let context = DocumentContext()
        let catalog = FeatureText.read(FeatureText.homes).catalog
        let schema = Schema([
            Field("home_id", .string), Field("sold_on", .date), Field("loaded_at", .timestamp),
            Field("area", .int64), Field("store", .int64),
        ])
        catalog.validate(tables: ["homes": schema], in: context)
        let messages = context.diagnostics.map(\.message)
        #expect(messages.count == 2)
        #expect(messages.contains { $0.contains("join key 'home_id'") && $0.contains("is string, not int64") })
        #expect(messages.contains { $0.contains("'storey'") && $0.contains("'store'") })
        let other = DocumentContext()
        catalog.validate(tables: ["home": schema], in: other)
        #expect(other.diagnostics.map(\.code) == [.featureUnknownReference])
        #expect(other.diagnostics.first?.message.contains("'home'") == true)
    }
}
