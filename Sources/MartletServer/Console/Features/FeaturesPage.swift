import MartletCore
import MartletFeatures
import MartletMonitoring
import MartletTracking

/// The feature views: what they describe, how fresh they are, whether they moved.
struct FeaturesPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    /// The list of views.
    func list() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        var rows: [View] = []
        if let features = self.context.features {
            let views = try features.catalog().views
            for (view, standing) in zip(views, try await features.standings(views)) {
                rows.append(self.row(view, standing))
            }
        }
        return ConsolePage(
            template: "features",
            title: self.words["features"],
            section: .data,
            view: [
                "tabs": DataPage.tabs(isFeatures: true, self.words), "rows": rows, "hasRows": !rows.isEmpty,
            ]
        )
    }

    /// One view with its features.
    func page() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        let name = self.visit.component(1)
        guard let features = self.context.features, let catalog = try? features.catalog(),
            let view = catalog.views.first(where: { $0.name == name }),
            let standing = try await features.standings([view]).first
        else { throw ConsoleProblem.missing(self.words, "missing.view", name) }
        let rows = view.features.map { feature -> View in
            let users = features.users(of: feature.name, in: view.name, catalog)
            let column = "\(view.name)__\(feature.name)"
            var row: View = [
                "featureName": feature.name, "type": feature.type.rawValue, "madeText": self.text(of: feature.origin),
                "featureNote": feature.description,
                "services": users.services.isEmpty ? nil : users.services.joined(separator: ", "),
                "models": users.models.map { ["modelName": $0, "modelAddress": Address.of("models", $0)] as View },
                "hasModels": !users.models.isEmpty,
            ]
            if let (drift, rules) = self.drift(of: [column]) {
                row["driftText"] = self.words["monitoring." + drift.verdict(rules).rawValue]
                row["driftStyle"] = MonitoringSection.style(drift.verdict(rules))
                row["psi"] = drift.populationStability.map { Figures.number($0.value, decimals: 3) }
                row["missing"] = Figures.share(drift.currentMissingShare)
            }
            return row
        }
        var page = self.row(view, standing)
        // The rows have verdicts of their own; a name they lack would be looked up here.
        page["driftText"] = nil
        page["rows"] = rows
        page["facts"] = self.facts(view, standing)
        return ConsolePage(template: "feature_view", title: view.name, section: .data, view: page)
    }

    private func row(_ view: FeatureView, _ standing: FeatureViewStanding) -> View {
        let mark = FreshnessMark(view, standing, now: self.visit.now)
        var row: View = [
            "viewName": view.name, "viewAddress": Address.of("features", view.name), "description": view.description,
            "entityText": view.entities.joined(separator: ", "), "featureCount": Figures.count(view.features.count),
            "markText": self.words["features." + mark.rawValue], "markStyle": mark.style,
            "fresh": standing.materializedAt.map { self.visit.figures.view($0) },
            "entityCount": Figures.count(standing.entities),
            "ttl": view.ttl.map(\.description) ?? self.words["features.forEver"],
            "changed": standing.isChanged ? self.words["features.changed"] : nil,
        ]
        if let (drift, rules) = self.drift(of: view.features.map { "\(view.name)__\($0.name)" }) {
            row["driftText"] = self.words["monitoring." + drift.verdict(rules).rawValue]
            row["driftStyle"] = MonitoringSection.style(drift.verdict(rules))
        }
        return row
    }

    private func facts(_ view: FeatureView, _ standing: FeatureViewStanding) -> [View] {
        var facts: [View] = [
            ["label": self.words["column.entity"], "text": view.entities.joined(separator: ", ")],
            ["label": self.words["column.ttl"], "text": view.ttl?.description ?? self.words["features.forEver"]],
            ["label": self.words["column.entities"], "text": Figures.count(standing.entities)],
        ]
        if let at = standing.materializedAt {
            facts.append(["label": self.words["column.freshness"], "time": self.visit.figures.view(at)])
        }
        switch view.source {
        case .table(let table): facts.append(["label": self.words["column.source"], "text": table])
        case .sql: facts.append(["label": self.words["column.source"], "text": "SQL"])
        }
        if let version = standing.version {
            let label = self.words["column.recorded"] + " v\(version)"
            facts.append(["label": label, "time": standing.recordedAt.map { self.visit.figures.view($0) }])
        }
        if let owner = view.owner { facts.append(["label": self.words["column.who"], "text": owner]) }
        let print = view.fingerprint
        facts.append(["label": self.words["data.digest"], "hash": print.description, "hashShort": print.short])
        return facts
    }

    private func text(of origin: Feature.Origin) -> String {
        switch origin {
        case .column(let column): return self.words("features.ofColumn", column)
        case .aggregate(let aggregate):
            let (function, window) = (aggregate.function.rawValue, aggregate.window.description)
            if let column = aggregate.column {
                return self.words("features.ofWindowColumn", function, column, window)
            }
            return self.words("features.ofWindow", function, window)
        }
    }

    /// The most drifted of `columns` in the traffic that is watched, with the rules it is judged by.
    private func drift(of columns: [String]) -> (ColumnDrift, DriftRules)? {
        let wanted = Set(columns)
        return self.context.monitoring()
            .flatMap { version in
                version.drift.columns.filter { wanted.contains($0.name) }.map { ($0, version.drift.rules) }
            }
            .max { $0.0.verdict($0.1) < $1.0.verdict($1.1) }
    }
}

/// How fresh the online rows of a view are, in a word.
enum FreshnessMark: String, Sendable {
    case fresh
    case stale
    case partial
    case never

    init(_ view: FeatureView, _ standing: FeatureViewStanding, now: EventTime) {
        if standing.isPartial {
            self = .partial
        } else if let at = standing.materializedAt {
            self = view.ttl.map { at + $0 < now } ?? false ? .stale : .fresh
        } else {
            self = .never
        }
    }

    /// The style class of the mark.
    var style: String {
        switch self {
        case .fresh: "approved"
        case .stale: "rejected"
        case .partial: "running"
        case .never: "plain"
        }
    }
}
