import MartletCore
import MartletEngines

/// Puts what was decided about rows of a batch in the place of their raw records, when the batch is loaded again.
struct RepairOverlay {
    let connection: DuckDBConnection
    let layout: RawRecordLayout
    let source: String
    let batch: ContentHash

    /// Changes `martlet_stage` and `martlet_held`.
    func apply() throws {
        guard try WarehouseTables(connection: self.connection).exists("martlet_repairs") else { return }
        let fields = self.layout.fieldPointers.map { "json_extract_string(raw, \(SQLText.literal($0)))" }
        let record = self.layout.hasRecord ? ["raw"] : []
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_overlay AS SELECT "row", raw, state FROM main.martlet_repairs
            WHERE source = \(SQLText.literal(self.source)) AND batch = \(SQLText.literal(self.batch.description))
                AND state <> 'proposed';
            DELETE FROM martlet_stage WHERE _row IN (SELECT "row" FROM martlet_overlay);
            DELETE FROM martlet_held WHERE "row" IN (SELECT "row" FROM martlet_overlay);
            INSERT INTO martlet_stage SELECT "row", \((fields + record).joined(separator: ", ")) FROM martlet_overlay
            WHERE state <> 'discarded' ORDER BY "row";
            DROP TABLE martlet_overlay;
            """
        )
    }
}
