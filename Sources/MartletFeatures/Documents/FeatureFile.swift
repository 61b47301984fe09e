package import MartletCore

/// One file of `features/`: entities, feature views and feature services.
package struct FeatureFile: DocumentObject, Sendable {
    let entities: NamedItems<EntityDocument>
    let views: NamedItems<ViewDocument>
    let services: NamedItems<ServiceDocument>

    package init(from reader: ObjectReader) {
        self.entities = reader.value("entities", default: NamedItems([]), "What features describe, by name.")
        self.views = reader.value("feature_views", default: NamedItems([]), "Sets of features of one source, by name.")
        self.services = reader.value("feature_services", default: NamedItems([]), "What models use, by name.")
    }
}

/// An entity as written.
struct EntityDocument: DocumentObject, Sendable {
    let joinKeys: [String]
    let type: Located<DataType>
    let description: String?

    init(from reader: ObjectReader) {
        self.joinKeys = reader.required("join_keys", [String].self, "The columns that name the entity.")
        self.type = reader.value(
            "type",
            default: Located(.string, at: reader.location),
            "The type of the join keys: string, int64, boolean or date.",
            documentedDefault: "string"
        )
        self.description = reader.optional("description", String.self, "What the entity is.")
        if reader.has("join_keys"), self.joinKeys.isEmpty || Set(self.joinKeys).count < self.joinKeys.count {
            reader.report(
                .documentInvalidValue,
                "join_keys needs at least one column, each named once",
                at: "join_keys"
            )
        }
        if [.float64, .timestamp].contains(self.type.value) {
            reader.report(
                .documentInvalidValue,
                "a join key cannot be of type \(self.type.value.rawValue); use string, int64, boolean or date",
                at: "type"
            )
        }
    }
}

/// A feature view as written.
struct ViewDocument: DocumentObject, Sendable {
    let entity: Located<String>?
    let entities: [Located<String>]
    let source: SourceDocument
    let eventTimestamp: Located<String>
    let createdTimestamp: Located<String>?
    let ttl: TimeSpan?
    let description: String?
    let owner: String?
    let features: NamedItems<FeatureDocument>
    let aggregations: [AggregationDocument]
    let location: SourceLocation

    init(from reader: ObjectReader) {
        self.location = reader.location
        self.entity = reader.optional("entity", Located<String>.self, "The entity the features describe.")
        self.entities = reader.value("entities", default: [], "Several entities that together name a row.")
        self.source = reader.required("source", SourceDocument.self, "Where the rows come from.")
        self.eventTimestamp = reader.required(
            "event_timestamp",
            Located<String>.self,
            "The column that says when a row was true."
        )
        self.createdTimestamp = reader.optional(
            "created_timestamp",
            Located<String>.self,
            "The column that says when a row became known; without it, at its event time."
        )
        self.ttl = reader.optional("ttl", TimeSpan.self, "How long a row is valid, such as 90d; without it, for ever.")
        self.description = reader.optional("description", String.self, "What the features say.")
        self.owner = reader.optional("owner", String.self, "Who answers for them.")
        self.features = reader.value("features", default: NamedItems([]), "Features of the newest row, by name.")
        self.aggregations = reader.value("aggregations", default: [], "Features that summarise windows of time.")
        if reader.has("entity") == reader.has("entities") {
            reader.report(.documentInvalidValue, "a feature view needs either 'entity' or 'entities'")
        }
        if reader.has("features") == reader.has("aggregations") {
            reader.report(
                .documentInvalidValue,
                "a feature view needs either 'features' (the newest row) or 'aggregations' (windows); "
                    + "write two views to have both"
            )
        }
    }
}

/// The source of a feature view as written.
enum SourceDocument: DocumentChoice, Sendable {
    case table(Located<String>)
    case sql(String)

    static var choices: [DocumentChoiceCase<SourceDocument>] {
        [
            DocumentChoiceCase("table", Located<String>.self, "A table of the warehouse.") { .table($0) },
            DocumentChoiceCase("sql", String.self, "A query over tables of the warehouse.") { .sql($0) },
        ]
    }
}

/// A feature as written.
struct FeatureDocument: DocumentObject, Sendable {
    let type: DataType
    let column: String?
    let description: String?

    init(from reader: ObjectReader) {
        self.type = reader.required("type", DataType.self, "The type of the values.")
        self.column = reader.optional("column", String.self, "The source column, when its name is another.")
        self.description = reader.optional("description", String.self, "What the value says, with its unit.")
    }
}

/// Some windowed aggregates of one column as written.
struct AggregationDocument: DocumentObject, Sendable {
    let column: String?
    let functions: [AggregateFunction]
    let windows: [TimeSpan]
    let description: String?

    init(from reader: ObjectReader) {
        self.column = reader.optional("column", String.self, "The column; without it, events are counted.")
        self.functions = reader.required(
            "functions",
            [AggregateFunction].self,
            "What to compute, each over each window."
        )
        self.windows = reader.required("over", [TimeSpan].self, "The lengths of the windows, such as 7d.")
        self.description = reader.optional("description", String.self, "What the values say, with their unit.")
        if self.column == nil, self.functions.contains(where: { $0 != .count }) {
            reader.report(.documentMissingKey, "key 'column' is missing; only count does without", at: "functions")
        }
        if self.windows.contains(where: { $0.microseconds <= 0 }) {
            reader.report(.documentInvalidValue, "a window must be longer than nothing", at: "over")
        }
    }
}

/// A feature service as written.
struct ServiceDocument: DocumentObject, Sendable {
    let description: String?
    let features: [Located<String>]
    let views: [Located<String>]

    init(from reader: ObjectReader) {
        self.description = reader.optional("description", String.self, "What the features are for.")
        self.features = reader.value(
            "features",
            default: [],
            "Features as view:feature, or a view for all of its features, in the order of the model."
        )
        self.views = reader.value("views", default: [], "Views of which all features are used, after 'features'.")
        if self.features.isEmpty, self.views.isEmpty {
            reader.report(.documentMissingKey, "a feature service needs 'features' or 'views'")
        }
    }
}
