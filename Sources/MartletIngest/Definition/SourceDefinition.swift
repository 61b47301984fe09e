package import MartletCore

/// A `sources/*.yaml` file: where raw data comes from, what it must look like, and how it is cleaned.
package struct SourceDefinition: DocumentObject, Sendable {
    /// The columns that every source table has beside the declared ones.
    package static let serviceFields = [
        Field("_batch", .string), Field("_row", .int64), Field("_loaded_at", .timestamp),
    ]

    package let name: String
    package let description: String?
    package let owner: String?
    package let location: SourceOrigin
    package let format: SourceFormat
    package let compression: Compression
    package let timezone: String?
    package let columns: [SourceColumn]
    package let expectations: [Expectation]
    package let cleaning: [CleaningStep]
    package let updates: UpdateRule
    package let fallback: SourceFallback?
    package let schemaChanges: SchemaRule

    /// What happens when the raw records have other fields than those accepted.
    package enum SchemaRule: String, DocumentWord, Sendable, Encodable {
        /// The batch loads, and the difference is shown until a person accepts it.
        case warn
        /// The batch is refused until a person accepts the difference.
        case stop
    }

    /// What a later batch from the same place does to the rows of an earlier one.
    package enum UpdateRule: String, DocumentWord, Sendable, Encodable {
        /// It adds its rows to them.
        case append
        /// It takes their place; a row that did not change keeps the time it was first loaded.
        case replace
    }

    package init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The source's name, which is its table's.")
        self.description = reader.optional("description", String.self, "What the data is.")
        self.owner = reader.optional("owner", String.self, "Who answers for it.")
        self.location = reader.required("location", SourceOrigin.self, "Where the bytes come from.")
        self.format = reader.required(
            "format",
            SourceFormat.self,
            "csv, parquet, json_lines, json or xml, with options."
        )
        self.compression = reader.value(
            "compression",
            default: .automatic,
            "auto, gzip or none; auto goes by the name.",
            documentedDefault: "auto"
        )
        self.timezone = reader.optional(
            "timezone",
            String.self,
            "The zone of timestamps that name none, such as Asia/Seoul; default UTC."
        )
        let columns = reader.required("columns", NamedItems<SourceColumnOptions>.self, "The columns, in order.")
        self.columns = columns.entries.map(SourceColumn.init)
        self.expectations = reader.value("expectations", default: [Expectation](), "Rules the data must keep.")
        self.cleaning = reader.value("cleaning", default: [CleaningStep](), "Steps of cleaning, in order.")
        self.updates = reader.value(
            "updates",
            default: .append,
            "Whether a later batch from the same place adds its rows to the earlier one's, or takes their place.",
            documentedDefault: "append"
        )
        self.schemaChanges = reader.value(
            "schema_changes",
            default: .warn,
            "Whether records with other fields than those accepted load with a warning, or stop the batch.",
            documentedDefault: "warn"
        )
        self.fallback = reader.optional("fallback", SourceFallback.self, "Where data comes from when the place fails.")
        self.checkNames(reader)
        self.checkLocation(reader)
        self.checkExpectations(reader)
        self.checkCleaning(reader)
    }

    /// Declared columns and then those that cleaning derives, without the service columns.
    package var dataFields: [Field] {
        var fields = self.columns.map { Field($0.name, $0.type) }
        for case .derive(let step) in self.cleaning where !fields.contains(where: { $0.name == step.column.name }) {
            fields.append(Field(step.column.name, step.type))
        }
        return fields
    }

    /// The columns of the source's table in the warehouse.
    package var tableFields: [Field] { self.dataFields + Self.serviceFields }

    /// The names that cleaning adds.
    package var derivedNames: Set<String> {
        Set(self.dataFields.map(\.name)).subtracting(self.columns.map(\.name))
    }

    /// The same source read from its fallback.
    package func atFallback(_ fallback: SourceFallback) -> SourceDefinition { SourceDefinition(self, at: fallback) }

    private init(_ other: SourceDefinition, at fallback: SourceFallback) {
        self.name = other.name
        self.description = other.description
        self.owner = other.owner
        self.location = fallback.location
        self.format = fallback.format ?? other.format
        self.compression = fallback.compression ?? other.compression
        self.timezone = other.timezone
        self.columns = other.columns
        self.expectations = other.expectations
        self.cleaning = other.cleaning
        self.updates = other.updates
        self.schemaChanges = other.schemaChanges
        self.fallback = nil
    }

    /// Names what loading depends on: format, columns, expectations and cleaning, but not the place or descriptions.
    ///
    /// - Throws: `EncodingError`, which a definition that was read without faults never causes.
    package func fingerprint() throws -> ContentHash {
        let content = FingerprintContent(
            format: self.format,
            timezone: self.timezone,
            columns: self.columns,
            expectations: self.expectations,
            cleaning: self.cleaning
        )
        return ContentHash(of: try JSONValue(encoding: content).canonicalText)
    }

    private struct FingerprintContent: Encodable {
        let format: SourceFormat
        let timezone: String?
        let columns: [SourceColumn]
        let expectations: [Expectation]
        let cleaning: [CleaningStep]
    }
}
