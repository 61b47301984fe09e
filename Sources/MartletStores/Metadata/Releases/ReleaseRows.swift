import Foundation
import MartletCore
import MartletReleases
import MartletTracking

/// Runs and decisions as rows.
enum ReleaseRows {
    static func text(of run: ReleaseRun) throws -> String {
        try JSONValue(encoding: run).canonicalText
    }

    static func run(_ row: SQLRow) throws -> StoredRun {
        let text: String = row["state"]
        let run = try JSONDecoder().decode(ReleaseRun.self, from: Data(text.utf8))
        return StoredRun(run: run, version: row["version"])
    }

    static func decision(_ row: SQLRow) throws -> StoredDecision {
        let inputs: String = row["inputs"]
        let reasons: String = row["reasons"]
        let hash: String = row["inputs_hash"]
        var record = DecisionRecord(
            subject: row["subject"],
            rule: .init(row["rule"], row["rule_version"]),
            inputs: try JSONValue(parsing: Data(inputs.utf8)),
            verdict: row["verdict"],
            reasons: try JSONDecoder().decode([String].self, from: Data(reasons.utf8)),
            at: row.time("at")
        )
        record.id = row["id"]
        // A hash that cannot be read fits nothing, so that a replay reports the record.
        record.inputsHash = ContentHash(hex: hash) ?? ContentHash(of: "not a hash: \(hash)")
        return StoredDecision(sequence: row["sequence"], record: record, isInLedger: row["is_in_ledger"])
    }
}
