import Foundation
import MartletCore
import MartletEngines
import MartletFeatures
import MartletStores
import MartletTracking

/// The way from a prediction back to raw files.
struct PredictionTrace {
    /// The training set a model was made from.
    struct Snapshot {
        let hash: ContentHash
        let path: String
    }

    let record: LoggedPrediction
    /// Each value as used, with the feature row it came from.
    let values: Table
    let version: ModelVersion?
    let manifest: ModelManifest?
    let run: Run?
    let snapshot: Snapshot?
    /// The loads whose rows the training set rests on.
    let batches: Table

    /// The whole chain with stable keys.
    var json: JSONValue {
        .object([
            "request": (try? JSONValue(encoding: self.record)) ?? .null, "values": self.values.json,
            "version": self.version.flatMap { try? JSONValue(encoding: $0) } ?? .null,
            "manifest": self.manifest.flatMap { try? JSONValue(encoding: $0) } ?? .null,
            "run": self.run.map { .string($0.id.description) } ?? .null,
            "snapshot": self.snapshot.map {
                .object(["hash": .string($0.hash.description), "path": .string($0.path)])
            } ?? .null,
            "batches": self.batches.json,
        ])
    }
}

extension Application {
    /// Follows the request `id` back.
    ///
    /// - Throws: `CommandError` with `command.notFound` when the prediction log has no such request.
    func trace(_ id: String) async throws -> PredictionTrace {
        let reader = PredictionLogReader(directory: URL(filePath: self.predictionsFolder))
        guard let record = try reader.record(of: id) else {
            throw CommandError(
                .commandNotFound,
                "the prediction log holds no request '\(id)'; a record is written within a second of the answer"
            )
        }
        var version: ModelVersion?
        if let model = record.model, let number = record.version {
            version = try await self.registry().version(ModelVersionID(model, number))
        }
        var manifest: ModelManifest?
        if let version { manifest = try await self.manifest(of: version) }
        var run: Run?
        if let runID = version?.runID { run = try await self.tracking().run(runID) }
        let snapshot = manifest?.snapshotHash
            .map { hash in
                let path = self.statePath("snapshots/\(hash).parquet")
                return PredictionTrace.Snapshot(hash: hash, path: self.workspace.display(path))
            }
        return PredictionTrace(
            record: record,
            values: self.values(of: record, manifest),
            version: version,
            manifest: manifest,
            run: run,
            snapshot: snapshot,
            batches: try await self.batches(of: run, manifest)
        )
    }

    private func values(of record: LoggedPrediction, _ manifest: ModelManifest?) -> Table {
        let catalog = try? self.catalog()
        var table = Table([
            .init("input", nil, .right), .init("column"), .init("value", nil, .right), .init("from"), .init("entity"),
            .init("event_time"), .init("status"), .init("table"),
        ])
        for (index, input) in (record.inputs ?? []).enumerated() {
            for column in manifest?.inputs ?? [] {
                let value = input.features[column.name] ?? .null
                let text = value.double.map { Quantity.number($0) } ?? value.text ?? ""
                guard case .feature(let viewName, let feature) = column.source else {
                    table.add([
                        .count(index + 1), .text(column.name), .init(text, json: value), .text("request"), .text(nil),
                        .time(nil), .text(nil), .text(nil),
                    ])
                    continue
                }
                let view = catalog?.views.first { $0.name == viewName }
                let entity = (view?.joinKeys ?? []).compactMap { input.entities[$0.name]?.text }
                    .joined(separator: " | ")
                let place: String? =
                    switch view?.source {
                    case .table(let name): name
                    case .sql: "sql"
                    case nil: nil
                    }
                table.add([
                    .count(index + 1), .text(column.name), .init(text, json: value), .text("\(viewName):\(feature)"),
                    .text(entity), .time(input.eventTimes[viewName]),
                    .text(input.statuses[column.name] ?? "PRESENT"), .text(place),
                ])
            }
        }
        return table
    }

    /// The loads that the run's data set names; without names, all loads of the tables it read.
    private func batches(of run: Run?, _ manifest: ModelManifest?) async throws -> Table {
        var table = Table([
            .init("source"), .init("batch"), .init("origin", "from"), .init("loaded_at", "loaded"),
            .init("rows_loaded", "rows", .right), .init("raw_file", "raw file"),
        ])
        let source = run?.datasets.first.flatMap { try? JSONValue(parsing: Data($0.source.utf8)) }
        let batches = source?["batches"]?.elements?.compactMap(\.text) ?? []
        let tables = source?["tables"]?.elements?.compactMap(\.text) ?? []
        guard !batches.isEmpty || !tables.isEmpty else { return table }
        let wanted = batches.isEmpty ? tables : batches
        let marks = wanted.map { _ in "?" }.joined(separator: ", ")
        let sql = """
            SELECT source, batch, origin, loaded_at, rows_loaded, raw_path FROM martlet_loads
            WHERE \(batches.isEmpty ? "source" : "batch") IN (\(marks)) ORDER BY source, loaded_at
            """
        let rows = try await self.warehouse()
            .withConnection(readOnly: true) { try $0.query(sql, wanted.map { .string($0) }) }
        for row in 0..<rows.rowCount {
            let cells = rows.row(row)
            let batch = cells[1].text
            let raw = self.workspace.display(self.statePath("raw/" + cells[5].text))
            table.add([
                .text(cells[0].text), .init(String(batch.prefix(12)), json: .string(batch)), .text(cells[2].text),
                .value(cells[3]), .value(cells[4]), .text(raw),
            ])
        }
        return table
    }
}
