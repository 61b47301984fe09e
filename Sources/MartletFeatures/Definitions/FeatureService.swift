package import MartletCore

/// One feature of a service.
package struct FeatureReference: Sendable, Hashable, Codable {
    package let view: String
    package let feature: String
    package let type: DataType

    /// Names a feature of a view.
    package init(view: String, feature: String, type: DataType) {
        self.view = view
        self.feature = feature
        self.type = type
    }

    /// The column of historical features and of the model: `view__feature`.
    package var columnName: String { "\(self.view)__\(self.feature)" }
}

/// The features one model uses, in the order in which it takes them.
package struct FeatureService: Sendable, Hashable {
    package let name: String
    package let description: String?
    package let features: [FeatureReference]
    /// The views the features come from, in order of first use.
    package let views: [FeatureView]

    /// Puts `features` of `views` together.
    package init(name: String, description: String? = nil, features: [FeatureReference], views: [FeatureView]) {
        self.name = name
        self.description = description
        self.features = features
        self.views = views
    }

    /// The join keys of all views, each once, in order of first use.
    package var joinKeys: [JoinKey] {
        var seen: Set<String> = []
        return self.views.flatMap(\.joinKeys).filter { seen.insert($0.name).inserted }
    }

    /// The view `name` of this service, or `nil`.
    package func view(_ name: String) -> FeatureView? { self.views.first { $0.name == name } }

    /// The hash of every definition the service rests on, and of the order of its features.
    package var fingerprint: ContentHash {
        ContentHash(
            of:
                JSONValue.object([
                    "features": .array(self.features.map { .string($0.columnName) }),
                    "views": .array(self.views.map { .string($0.fingerprint.description) }),
                ])
                .canonicalText
        )
    }

    /// The whole definition as JSON, as the feature registry records it.
    package var json: JSONValue {
        .object([
            "name": .string(self.name),
            "description": self.description.map(JSONValue.string) ?? .null,
            "features": .array(self.features.map { .string("\($0.view):\($0.feature)") }),
            "fingerprint": .string(self.fingerprint.description),
        ])
    }
}
