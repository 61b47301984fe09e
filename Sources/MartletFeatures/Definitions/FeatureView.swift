package import MartletCore

/// Where the rows of a feature view come from.
package enum FeatureSource: Sendable, Hashable, Codable {
    /// A table of the warehouse.
    case table(String)
    /// A query over tables of the warehouse.
    case sql(String)
}

/// A named set of features that one source gives for one or more entities.
package struct FeatureView: Sendable, Hashable, Codable {
    package let name: String
    /// The names of the entities it describes.
    package let entities: [String]
    /// The join keys of the entities, in order.
    package let joinKeys: [JoinKey]
    package let source: FeatureSource
    /// The column that says when a row was true.
    package let eventTimestamp: String
    /// The column that says when a row became known; without it a row is known at its event time.
    package let createdTimestamp: String?
    /// How long a row is valid after its event time, the last moment included; `nil` is for ever.
    ///
    /// For aggregates it limits how old an online evaluation may be; offline values are never old.
    package let ttl: TimeSpan?
    package let description: String?
    package let owner: String?
    /// The features in the order written.
    ///
    /// All are columns, or all are aggregates.
    package let features: [Feature]

    /// Declares a feature view.
    package init(
        name: String,
        entities: [String],
        joinKeys: [JoinKey],
        source: FeatureSource,
        eventTimestamp: String,
        createdTimestamp: String? = nil,
        ttl: TimeSpan? = nil,
        description: String? = nil,
        owner: String? = nil,
        features: [Feature]
    ) {
        self.name = name
        self.entities = entities
        self.joinKeys = joinKeys
        self.source = source
        self.eventTimestamp = eventTimestamp
        self.createdTimestamp = createdTimestamp
        self.ttl = ttl
        self.description = description
        self.owner = owner
        self.features = features
    }

    /// Whether the features summarise windows instead of taking the newest row.
    package var isAggregated: Bool {
        self.features.contains { if case .aggregate = $0.origin { true } else { false } }
    }

    /// The longest window of an aggregated view, or `nil`.
    package var longestWindow: TimeSpan? {
        self.features
            .compactMap { if case .aggregate(let aggregate) = $0.origin { aggregate.window } else { nil } }
            .max()
    }

    /// The position of the feature `name` in an online row, or `nil`.
    package func index(of name: String) -> Int? { self.features.firstIndex { $0.name == name } }

    /// The hash of everything that decides values; a new description or owner leaves it as it is.
    package var fingerprint: ContentHash { ContentHash(of: self.definingJSON.canonicalText) }

    /// The name under which the online store keeps the rows of this definition.
    package var onlineIdentity: OnlineViewIdentity {
        OnlineViewIdentity(name: self.name, fingerprint: self.fingerprint)
    }

    var definingJSON: JSONValue {
        let features = self.features.map { feature -> JSONValue in
            switch feature.origin {
            case .column(let column):
                .object([
                    "name": .string(feature.name), "type": .string(feature.type.rawValue), "column": .string(column),
                ])
            case .aggregate(let aggregate):
                .object([
                    "name": .string(feature.name), "function": .string(aggregate.function.rawValue),
                    "column": aggregate.column.map(JSONValue.string) ?? .null,
                    "over": .string(aggregate.window.description),
                ])
            }
        }
        let source: JSONValue =
            switch self.source {
            case .table(let table): .object(["table": .string(table)])
            case .sql(let sql): .object(["sql": .string(sql)])
            }
        return .object([
            "name": .string(self.name),
            "join_keys": .array(
                self.joinKeys.map { .object(["name": .string($0.name), "type": .string($0.type.rawValue)]) }
            ),
            "source": source,
            "event_timestamp": .string(self.eventTimestamp),
            "created_timestamp": self.createdTimestamp.map(JSONValue.string) ?? .null,
            "ttl": self.ttl.map { .string($0.description) } ?? .null,
            "features": .array(features),
        ])
    }

    /// The whole definition as JSON, as the feature registry records it.
    package var json: JSONValue {
        guard case .object(var members) = self.definingJSON else { return self.definingJSON }
        members["entities"] = .array(self.entities.map(JSONValue.string))
        members["description"] = self.description.map(JSONValue.string)
        members["owner"] = self.owner.map(JSONValue.string)
        return .object(members)
    }
}

extension FeatureView {
    /// The same view over another source.
    package func reading(_ source: FeatureSource) -> FeatureView {
        FeatureView(
            name: self.name,
            entities: self.entities,
            joinKeys: self.joinKeys,
            source: source,
            eventTimestamp: self.eventTimestamp,
            createdTimestamp: self.createdTimestamp,
            ttl: self.ttl,
            description: self.description,
            owner: self.owner,
            features: self.features
        )
    }
}
