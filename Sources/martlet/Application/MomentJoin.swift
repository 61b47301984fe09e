import Foundation
import MartletCore
import MartletFeatures

/// The point-in-time join of the offline store for requests: what features were at the moment of each.
struct MomentJoin {
    /// Who was asked about, and when.
    struct Row {
        let at: EventTime
        /// By join key.
        let entities: [String: JSONValue]
    }

    let offline: any OfflineStore

    /// The column of the moments, which no join key or feature is called.
    private static let timestamp = "martlet_served_at"

    /// Returns the features of `service` for `rows`, one row for each in their order; every row has all join keys.
    func values(of service: FeatureService, for rows: [Row]) async throws -> ColumnBatch {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-moments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let spine = folder.appending(path: "rows.csv")
        try Self.write(rows, service.joinKeys.map(\.name), to: spine)
        let joined = try await self.offline.historicalFeatures(
            HistoricalRequest(
                spine: .file(spine.path),
                timestampColumn: Self.timestamp,
                service: service,
                output: folder.appending(path: "joined.parquet").path
            )
        )
        return try await self.offline.readParquet(joined.path)
    }

    /// Writes join keys and moments as CSV, from which a join key is read as its declared type.
    private static func write(_ rows: [Row], _ keys: [String], to file: URL) throws {
        var text = (keys + [Self.timestamp]).map(Self.quoted).joined(separator: ",") + "\n"
        for row in rows {
            let cells = keys.map { key in
                let value = row.entities[key] ?? .null
                return Self.quoted(value.text ?? value.canonicalText)
            }
            // Without its zone, which is UTC: a timestamp as the warehouse has it.
            let moment = row.at.description.replacing("T", with: " ").replacing("Z", with: "")
            text += (cells + [moment]).joined(separator: ",") + "\n"
        }
        try Data(text.utf8).write(to: file)
    }

    private static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
}
