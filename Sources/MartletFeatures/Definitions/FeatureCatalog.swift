package import MartletCore

/// Every entity, feature view and feature service of a workspace.
package struct FeatureCatalog: Sendable {
    package let entities: [Entity]
    package let views: [FeatureView]
    package let services: [FeatureService]
    let locations: [String: SourceLocation]

    /// Keeps definitions that fit together; `build(_:in:)` makes one from files.
    package init(entities: [Entity], views: [FeatureView], services: [FeatureService]) {
        self.init(entities: entities, views: views, services: services, locations: [:])
    }

    init(entities: [Entity], views: [FeatureView], services: [FeatureService], locations: [String: SourceLocation]) {
        self.entities = entities
        self.views = views
        self.services = services
        self.locations = locations
    }

    /// The feature service `name`.
    ///
    /// - Throws: `features.serviceNotFound` with the nearest name.
    package func service(_ name: String) throws(FeatureError) -> FeatureService {
        if let service = self.services.first(where: { $0.name == name }) { return service }
        throw FeatureError(
            .featureServiceNotFound,
            "there is no feature service '\(name)'.\(Self.hint(name, among: self.services.map(\.name)))"
        )
    }

    /// The feature view `name`.
    ///
    /// - Throws: `features.viewNotFound` with the nearest name.
    package func view(_ name: String) throws(FeatureError) -> FeatureView {
        if let view = self.views.first(where: { $0.name == name }) { return view }
        throw FeatureError(
            .featureViewNotFound,
            "there is no feature view '\(name)'.\(Self.hint(name, among: self.views.map(\.name)))"
        )
    }

    static func hint(_ name: String, among names: [String]) -> String {
        let suggestion = NearestName.suggestion(name, among: names)
        if !suggestion.isEmpty { return suggestion }
        return names.isEmpty ? " None is defined." : " Known: \(names.sorted().joined(separator: ", "))."
    }
}

extension ErrorCode {
    /// A feature service that is not defined.
    package static let featureServiceNotFound = ErrorCode("features.serviceNotFound")
    /// A feature view that is not defined.
    package static let featureViewNotFound = ErrorCode("features.viewNotFound")
}
