package import MartletCore

extension FeatureCatalog {
    /// Puts the definitions of `files` together and reports every name that does not fit to `context`.
    ///
    /// The result leaves out what could not be resolved; use it only when `context` has no errors.
    package static func build(_ files: [FeatureFile], in context: DocumentContext) -> FeatureCatalog {
        var builder = FeatureCatalogBuilder(context: context)
        for file in files { builder.addEntities(file.entities) }
        for file in files { builder.addViews(file.views) }
        for file in files { builder.addServices(file.services) }
        return FeatureCatalog(
            entities: builder.entities,
            views: builder.views,
            services: builder.services,
            locations: builder.locations
        )
    }
}

/// Resolves the names in feature files.
struct FeatureCatalogBuilder {
    let context: DocumentContext
    var entities: [Entity] = []
    var views: [FeatureView] = []
    var services: [FeatureService] = []
    var locations: [String: SourceLocation] = [:]

    mutating func addEntities(_ items: NamedItems<EntityDocument>) {
        for item in items.entries where self.isNew(item.name, "entity", at: item.location) {
            let keys = item.value.joinKeys.map { JoinKey($0, item.value.type.value) }
            self.entities.append(Entity(name: item.name, joinKeys: keys, description: item.value.description))
        }
    }

    mutating func addViews(_ items: NamedItems<ViewDocument>) {
        for item in items.entries where self.isNew(item.name, "feature view", at: item.location) {
            let document = item.value
            let wanted = document.entity.map { [$0] } ?? document.entities
            let entities = wanted.compactMap { self.entity($0) }
            var joinKeys: [JoinKey] = []
            for key in entities.flatMap(\.joinKeys) where !joinKeys.contains(where: { $0.name == key.name }) {
                joinKeys.append(key)
            }
            let features = self.features(of: document, view: item.name)
            let source: FeatureSource =
                switch document.source {
                case .table(let table): .table(table.value)
                case .sql(let sql): .sql(sql)
                }
            if case .table(let table) = document.source { self.locations["table \(item.name)"] = table.location }
            self.locations["event \(item.name)"] = document.eventTimestamp.location
            self.views.append(
                FeatureView(
                    name: item.name,
                    entities: entities.map(\.name),
                    joinKeys: joinKeys,
                    source: source,
                    eventTimestamp: document.eventTimestamp.value,
                    createdTimestamp: document.createdTimestamp?.value,
                    ttl: document.ttl,
                    description: document.description,
                    owner: document.owner,
                    features: features
                )
            )
        }
    }

    mutating func addServices(_ items: NamedItems<ServiceDocument>) {
        for item in items.entries where self.isNew(item.name, "feature service", at: item.location) {
            var features: [FeatureReference] = []
            for name in item.value.features + item.value.views { features += self.references(to: name) }
            var seen: Set<String> = []
            for feature in features where !seen.insert(feature.columnName).inserted {
                self.report("feature '\(feature.view):\(feature.feature)' is named twice", at: item.location)
            }
            var names: Set<String> = []
            let used = features.map(\.view).filter { names.insert($0).inserted }
            let views = used.compactMap { name in self.views.first { $0.name == name } }
            self.checkJoinKeys(of: views, service: item.name, at: item.location)
            self.services.append(
                FeatureService(
                    name: item.name,
                    description: item.value.description,
                    features: features,
                    views: views
                )
            )
        }
    }

    private func features(of document: ViewDocument, view: String) -> [Feature] {
        var features = document.features.entries.map { entry in
            Feature(
                name: entry.name,
                type: entry.value.type,
                description: entry.value.description,
                origin: .column(entry.value.column ?? entry.name)
            )
        }
        for aggregation in document.aggregations {
            for window in aggregation.windows {
                for function in aggregation.functions {
                    let aggregate = WindowedAggregate(function, of: aggregation.column, over: window)
                    features.append(
                        Feature(
                            name: aggregate.featureName,
                            type: aggregate.type,
                            description: aggregation.description,
                            origin: .aggregate(aggregate)
                        )
                    )
                }
            }
        }
        var seen: Set<String> = []
        for feature in features where !seen.insert(feature.name).inserted {
            self.report("feature view '\(view)' has two features '\(feature.name)'", at: document.location)
        }
        return features
    }

    private func entity(_ name: Located<String>) -> Entity? {
        if let entity = self.entities.first(where: { $0.name == name.value }) { return entity }
        let hint = FeatureCatalog.hint(name.value, among: self.entities.map(\.name))
        self.report("there is no entity '\(name.value)'.\(hint)", at: name.location, code: .featureUnknownReference)
        return nil
    }

    private func references(to name: Located<String>) -> [FeatureReference] {
        let parts = name.value.split(separator: name.value.contains(":") ? ":" : ".", maxSplits: 1).map(String.init)
        guard let viewName = parts.first, let view = self.views.first(where: { $0.name == viewName }) else {
            let known = self.views.map(\.name)
            let hint = FeatureCatalog.hint(parts.first ?? "", among: known)
            self.report(
                "there is no feature view '\(parts.first ?? "")'.\(hint)",
                at: name.location,
                code: .featureUnknownReference
            )
            return []
        }
        let all = view.features.map { FeatureReference(view: view.name, feature: $0.name, type: $0.type) }
        guard parts.count == 2 else { return all }
        if let reference = all.first(where: { $0.feature == parts[1] }) { return [reference] }
        let hint = FeatureCatalog.hint(parts[1], among: view.features.map(\.name))
        self.report(
            "feature view '\(view.name)' has no feature '\(parts[1])'.\(hint)",
            at: name.location,
            code: .featureUnknownReference
        )
        return []
    }

    private func checkJoinKeys(of views: [FeatureView], service: String, at location: SourceLocation) {
        var types: [String: DataType] = [:]
        for key in views.flatMap(\.joinKeys) {
            if let type = types[key.name], type != key.type {
                self.report(
                    "service '\(service)' needs join key '\(key.name)' as \(type.rawValue) and as "
                        + "\(key.type.rawValue); give the entities one type",
                    at: location
                )
            }
            types[key.name] = key.type
        }
    }

    private mutating func isNew(_ name: String, _ kind: String, at location: SourceLocation) -> Bool {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5F || Self.isLetterOrDigit($0) }
        if !isPlain || name.contains("__") {
            self.report(
                "\(kind) '\(name)' needs a name of letters, digits and single '_'",
                at: location
            )
        }
        if let first = self.locations["\(kind) \(name)"] {
            self.report("\(kind) '\(name)' is already defined at \(first)", at: location, code: .documentDuplicateKey)
            return false
        }
        self.locations["\(kind) \(name)"] = location
        return true
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    private func report(_ message: String, at location: SourceLocation?, code: ErrorCode = .documentInvalidValue) {
        self.context.report(.error, code, message, at: location)
    }
}

extension ErrorCode {
    /// A feature file names something that no file defines.
    package static let featureUnknownReference = ErrorCode("features.unknownReference")
}
