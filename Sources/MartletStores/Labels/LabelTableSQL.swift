import MartletCore
import MartletRetraining

/// The statements that make a label table.
struct LabelTableSQL {
    let definition: LabelDefinition
    let table: LabelTable

    /// Tables of one transaction; gone when it ends.
    static let rows = "martlet_label_rows"
    private static let raw = "martlet_label_raw"
    private static let new = "martlet_label_new"

    /// What the join gives, row by row.
    static let rowSchema = Schema([
        Field("request_id", .string), Field("input", .int64), Field("known_at", .timestamp),
        Field("label", .float64), Field("propensity", .float64), Field("influenced", .boolean),
    ])

    /// One row for each input that was answered; for the endpoint and up to the moment given.
    static let answers = """
        SELECT request_id, input, "time", coalesce(variant, 'live') AS variant, release, unit,
            coalesce(CAST(json_extract(inputs, '$[' || input || '].entities') AS VARCHAR), 'null') AS entities
        FROM (
            SELECT p.*, unnest(range(len(p.predictions))) AS input
            FROM predictions AS p
            WHERE p.endpoint = ? AND p.status = 'answered' AND NOT p.shadow AND p."time" <= ?
        )
        """

    /// The rule and the columns, so that a change of either builds anew.
    var definitionHash: ContentHash {
        let fields = self.table.fields.map { JSONValue.array([.string($0.name), .string($0.type.rawValue)]) }
        return ContentHash(of: JSONValue.array([self.definition.json, .array(fields)]).canonicalText)
    }

    let tableOfBuilds = """
        CREATE TABLE IF NOT EXISTS \(LabelTable.builds) (name VARCHAR NOT NULL, build VARCHAR NOT NULL)
        """

    var newRows: String {
        let columns = Self.rowSchema.fields.map { "\(SQLText.identifier($0.name)) \(SQLText.type($0.type))" }
        return "CREATE TABLE \(Self.rows) (\(columns.joined(separator: ", ")))"
    }

    /// The rows with keys and features as text, `k0`, `k1`, … and `f0`, `f1`, ….
    var rawTable: String {
        let keys = Self.columns("k", self.table.keys)
        let features = Self.columns("f", self.table.features)
        return """
            CREATE TABLE \(Self.raw) AS
            SELECT request_id, input, predicted_at, known_at, label, prediction, model, version, variant, unit,
                propensity, influenced, feature_times\((keys + features).joined())
            FROM (
                SELECT r.*, p."time" AS predicted_at, p.predictions[r.input + 1] AS prediction, p.model, p.version,
                    coalesce(p.variant, 'live') AS variant, p.unit,
                    CAST(json_extract(p.inputs, '$[' || r.input || '].event_times') AS VARCHAR) AS feature_times,
                    \(Self.texts("entities", self.table.keys)) AS k,
                    \(Self.texts("features", self.table.features)) AS f
                FROM \(Self.rows) AS r JOIN predictions AS p ON p.request_id = r.request_id
                WHERE p.endpoint = \(SQLText.literal(self.definition.endpoint.value)) AND p.status = 'answered'
                    AND NOT p.shadow
            )
            """
    }

    /// How many texts of each key and feature are not of its type.
    var countsOfWrongTypes: String {
        let counts = self.typed.map { text, field, _ in
            let cast = "TRY_CAST(\(text) AS \(SQLText.type(field.type)))"
            // The database would round 3.5 to a whole number.
            let isWhole = field.type == .int64 ? " OR \(cast) <> TRY_CAST(\(text) AS DOUBLE)" : ""
            return "count(*) FILTER (WHERE \(text) IS NOT NULL AND (\(cast) IS NULL\(isWhole)))"
        }
        return "SELECT \(counts.joined(separator: ", ")) FROM \(Self.raw)"
    }

    var newTable: String {
        let own = LabelTable.ownFields.map { SQLText.identifier($0.name) }
        let cast = self.typed.map { text, field, name in "TRY_CAST(\(text) AS \(SQLText.type(field.type))) AS \(name)" }
        return """
            CREATE TABLE \(Self.new) AS
            SELECT \((own + cast).joined(separator: ", ")) FROM \(Self.raw)
            ORDER BY predicted_at, request_id, input
            """
    }

    let contentHash = """
        SELECT sha256(coalesce(string_agg(sha256(CAST(t AS VARCHAR)), '' ORDER BY t.predicted_at, t.request_id, t.input), ''))
        FROM \(Self.new) AS t
        """

    var isThere: String {
        "SELECT 1 FROM duckdb_tables() WHERE NOT temporary AND table_name = \(SQLText.literal(self.table.name))"
    }

    var replaceTable: String {
        "CREATE OR REPLACE TABLE \(SQLText.identifier(self.table.name)) AS SELECT * FROM \(Self.new) "
            + "ORDER BY predicted_at, request_id, input"
    }

    let dropWork = "DROP TABLE \(Self.rows); DROP TABLE \(Self.raw); DROP TABLE \(Self.new)"

    /// Each key and feature: its text in the raw table, its type, its name.
    private var typed: [(String, Field, String)] {
        let keys = self.table.keys.enumerated().map { ("k\($0)", $1, SQLText.identifier($1.name)) }
        return keys + self.table.features.enumerated().map { ("f\($0)", $1, SQLText.identifier($1.name)) }
    }

    private static func columns(_ letter: String, _ fields: [Field]) -> [String] {
        fields.enumerated().map { ", \(letter)[\(SQLText.literal($1.name))] AS \(letter)\($0)" }
    }

    /// The members of one input as a struct of texts, parsed once.
    private static func texts(_ member: String, _ fields: [Field]) -> String {
        guard !fields.isEmpty else { return "NULL" }
        let shape = JSONValue.object(
            Dictionary(fields.map { ($0.name, JSONValue.string("VARCHAR")) }) { first, _ in first }
        )
        let one = "json_extract(p.inputs, '$[' || r.input || '].\(member)')"
        return "json_transform(\(one), \(SQLText.literal(shape.canonicalText)))"
    }
}
