import Foundation
import MartletCore
import MartletTracking

/// A run at a glance: metrics, params, data, where it comes from and what came of it.
struct RunOverviewPage: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let head = try await RunHead(self.visit, self.context)
        let run = head.run
        let curves = MetricCurves(
            tracking: self.context.tracking,
            words: self.visit.words,
            isByTime: false,
            isLogarithmic: false
        )
        let charts = try await curves.charts(of: run, limit: 2)
        let versions = try await self.versions(of: run)
        let tags = run.tags.filter { !RunColumns.isInternal($0.key) && !$0.key.hasPrefix("martlet.") }
        let view: View = [
            "charts": charts, "hasCharts": !charts.isEmpty,
            "metricsAddress": Address.of("runs", run.id.description, "metrics"),
            "noteMarkup": run.tags["mlflow.note.content"].map(MarkdownHTML.markup),
            "metrics": MetricTable(run.metrics).view(self.visit.words), "hasMetrics": !run.metrics.isEmpty,
            "params": self.rows(run.parameters), "hasParams": !run.parameters.isEmpty,
            "paramCount": Figures.count(run.parameters.count),
            "facts": self.facts(run), "origins": self.origins(run), "hasOrigins": !self.origins(run).isEmpty,
            "datasets": run.datasets.map(DatasetView.view), "hasDatasets": !run.datasets.isEmpty,
            "tags": self.rows(tags), "hasTags": !tags.isEmpty,
            "versions": versions, "hasVersions": !versions.isEmpty,
        ]
        return ConsolePage(
            template: "run",
            title: run.name.isEmpty ? run.id.short : run.name,
            section: .experiments,
            view: head.view(self.visit, tab: .overview).merging(view)
        )
    }

    private func rows(_ texts: [String: String]) -> [View] {
        texts.sorted { $0.key < $1.key }
            .map { key, text in
                guard let hash = ContentHash(hex: text) else { return ["key": key, "value": text] }
                return ["key": key, "valueHash": hash.description, "valueShort": hash.short]
            }
    }

    private func facts(_ run: Run) -> [View] {
        let words = self.visit.words
        var facts: [View] = [
            ["label": words["fact.by"], "text": run.user],
            ["label": words["fact.started"], "time": self.visit.figures.view(run.startedAt)],
        ]
        if let seconds = run.durationSeconds {
            facts.append(["label": words["fact.duration"], "text": self.visit.figures.duration(seconds)])
        }
        if let source = run.tags["mlflow.source.name"] {
            facts.append(["label": words["fact.source"], "text": source])
        }
        if let commit = run.tags["mlflow.source.git.commit"] {
            facts.append(["label": words["fact.commit"], "code": String(commit.prefix(12))])
        }
        if let parent = run.tags["mlflow.parentRunId"] {
            facts.append([
                "label": words["fact.parent"], "code": String(parent.prefix(8)), "href": Address.of("runs", parent),
            ])
        }
        return facts
    }

    /// The fingerprints that name what the model was made from.
    private func origins(_ run: Run) -> [View] {
        let words = self.visit.words
        let parameters = run.parameters
        func origin(_ key: String, _ name: String?, _ hash: String?) -> View? {
            guard name != nil || hash != nil else { return nil }
            return ["label": words[key], "text": name, "hash": hash, "hashShort": hash.map { String($0.prefix(12)) }]
        }
        return [
            origin("origin.recipe", parameters["recipe"], parameters["recipe_hash"]),
            origin("origin.snapshot", nil, parameters["snapshot_hash"]),
            origin("origin.features", parameters["feature_service"], parameters["feature_service_fingerprint"]),
            origin("origin.model", nil, run.tags["martlet.model_hash"]),
            origin("origin.gates", run.tags["martlet.gates"], nil),
        ]
        .compactMap(\.self)
    }

    private func versions(of run: Run) async throws -> [View] {
        let search = ModelVersionSearch(conditions: [.text(.runID, .equal, run.id.description)], limit: 50)
        return try await self.context.registry.search(search).items.map { VersionBadge.view($0, self.visit) }
    }
}

/// How a data set of a run is shown.
enum DatasetView {
    /// Name, digest, and what can be read from source, schema and profile.
    static func view(_ dataset: DatasetInput) -> View {
        let source = try? JSONValue(parsing: Data(dataset.source.utf8))
        let profile = dataset.profile.flatMap { try? JSONValue(parsing: Data($0.utf8)) }
        let schema = dataset.schema.flatMap { try? JSONValue(parsing: Data($0.utf8)) }
        let columns = (schema?["mlflow_colspec"] ?? schema)?.elements ?? []
        let isNamedByHash = dataset.name == dataset.digest || dataset.name.count == 64
        return [
            "datasetName": isNamedByHash ? String(dataset.digest.prefix(12)) : dataset.name,
            "datasetDigest": dataset.digest, "datasetShort": isNamedByHash ? nil : String(dataset.digest.prefix(12)),
            "datasetContext": dataset.context, "sourceType": dataset.sourceType,
            "sourceText": source == nil ? dataset.source : nil,
            "path": source?["path"]?.textValue ?? source?["uri"]?.textValue,
            "tables": source?["tables"].map { $0.elements.compactMap(\.textValue).joined(separator: ", ") },
            "batchCount": source?["batches"].map { Figures.count($0.elements.count) },
            "sql": source?["sql"]?.textValue,
            "rowCount": profile?["num_rows"]?.double.flatMap { Int(exactly: $0.rounded()) }.map { Figures.count($0) },
            "hasColumns": !columns.isEmpty,
            "columnViews": columns.map { column -> View in
                [
                    "columnName": column["name"]?.textValue ?? "",
                    "columnType": column["type"]?.textValue ?? column["type"]?.canonicalText ?? "",
                ]
            },
        ]
    }
}
