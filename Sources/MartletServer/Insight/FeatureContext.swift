package import MartletCore
package import MartletFeatures
import MartletTracking

/// How the online rows of a feature view stand.
package struct FeatureViewStanding: Sendable, Hashable, Codable {
    package let view: String
    /// The entities that have a row.
    package let entities: Int
    /// The moment the rows stand for; `nil` when none was ever made.
    package let materializedAt: EventTime?
    /// Whether a materialization is under way or was cut off.
    package let isPartial: Bool
    /// The recorded version of the definition; `nil` when it was never recorded.
    package let version: Int?
    /// When that version was recorded.
    package let recordedAt: EventTime?
    /// Whether the definition differs from the recorded one.
    package let isChanged: Bool

    private enum CodingKeys: String, CodingKey {
        case view, entities, version
        case materializedAt = "materialized_at"
        case isPartial = "partial"
        case recordedAt = "recorded_at"
        case isChanged = "changed"
    }

    /// Holds how a view stands.
    package init(
        view: String,
        entities: Int,
        materializedAt: EventTime?,
        isPartial: Bool,
        version: Int?,
        recordedAt: EventTime?,
        isChanged: Bool
    ) {
        self.view = view
        self.entities = entities
        self.materializedAt = materializedAt
        self.isPartial = isPartial
        self.version = version
        self.recordedAt = recordedAt
        self.isChanged = isChanged
    }
}

/// What the pages and routes of features stand on.
package struct FeatureContext: Sendable {
    private let readCatalog: @Sendable () throws -> FeatureCatalog
    private let readModels: @Sendable () throws -> [String: [String]]
    private let online: any OnlineStore
    private let registry: any FeatureRegistry

    /// Puts it together.
    ///
    /// - Parameters:
    ///   - catalog: the definitions as the files are now.
    ///   - models: the models that recipes train on each feature service.
    ///   - online: the rows for serving.
    ///   - registry: the recorded definitions.
    package init(
        catalog: @escaping @Sendable () throws -> FeatureCatalog,
        models: @escaping @Sendable () throws -> [String: [String]],
        online: any OnlineStore,
        registry: any FeatureRegistry
    ) {
        self.readCatalog = catalog
        self.readModels = models
        self.online = online
        self.registry = registry
    }

    /// The definitions as the files are now.
    func catalog() throws(TrackingError) -> FeatureCatalog {
        do {
            return try self.readCatalog()
        } catch {
            throw TrackingError(.dataUnavailable, readableMessage(of: error), underlying: error)
        }
    }

    /// The models that learn from a feature of `view`, by the services that give it to them.
    func users(of feature: String, in view: String, _ catalog: FeatureCatalog) -> (services: [String], models: [String])
    {
        let services = catalog.services.filter { service in
            service.features.contains { $0.view == view && $0.feature == feature }
        }
        let models = (try? self.readModels()) ?? [:]
        return (services.map(\.name), Set(services.flatMap { models[$0.name] ?? [] }).sorted())
    }

    /// How the online rows of `views` stand.
    func standings(_ views: [FeatureView]) async throws(TrackingError) -> [FeatureViewStanding] {
        do {
            let recorded = try await self.registry.current().filter { $0.kind == .view && $0.definition != nil }
            var standings: [FeatureViewStanding] = []
            for view in views {
                let state = try await self.online.materializationState(of: view.onlineIdentity)
                let version = recorded.last { $0.name == view.name }
                standings.append(
                    FeatureViewStanding(
                        view: view.name,
                        entities: try await self.online.count(view.onlineIdentity),
                        materializedAt: state.flatMap { $0.lastKey == nil ? $0.asOf : $0.previousAsOf },
                        isPartial: state?.lastKey != nil,
                        version: version?.version,
                        recordedAt: version?.appliedAt,
                        isChanged: version.map { $0.definition != view.json } ?? false
                    )
                )
            }
            return standings
        } catch {
            throw TrackingError(.dataUnavailable, readableMessage(of: error), underlying: error)
        }
    }
}
