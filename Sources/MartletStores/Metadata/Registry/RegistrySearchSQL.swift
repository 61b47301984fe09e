import MartletTracking

/// Where the fields of a search in the registry lie.
struct RegistryColumns<Field: Sendable & Hashable>: Sendable {
    /// The column of a field, or `nil` for a tag.
    let column: @Sendable (Field) -> String?
    /// The key of a tag, or `nil` for a column.
    let tagKey: @Sendable (Field) -> String?
    /// The table of tags with the columns that join it to the table `m`.
    let tags: String
    let join: String
    /// What is sorted by when no key is given, and after the keys given.
    let standardOrder: String
    let tieOrder: String
}

extension RegistryColumns where Field == RegisteredModelField {
    /// The table `models`.
    static let models = RegistryColumns(
        column: { field in
            switch field {
            case .name: "m.name"
            case .createdAt: "m.created_at"
            case .updatedAt: "m.updated_at"
            case .tag: nil
            }
        },
        tagKey: { if case .tag(let key) = $0 { key } else { nil } },
        tags: "model_tags",
        join: "x.model = m.name",
        standardOrder: "m.name",
        tieOrder: "m.name"
    )
}

extension RegistryColumns where Field == ModelVersionField {
    /// The table `model_versions`.
    static let versions = RegistryColumns(
        column: { field in
            switch field {
            case .model: "m.model"
            case .number: "m.number"
            case .runID: "m.run_id"
            case .source: "m.source"
            case .createdAt: "m.created_at"
            case .updatedAt: "m.updated_at"
            case .tag: nil
            }
        },
        tagKey: { if case .tag(let key) = $0 { key } else { nil } },
        tags: "model_version_tags",
        join: "x.model = m.model AND x.number = m.number",
        standardOrder: "m.updated_at DESC, m.model, m.number DESC",
        tieOrder: "m.model, m.number DESC"
    )
}

/// A search in the registry, printed as SQL.
struct RegistrySearchSQL<Field: Sendable & Hashable>: Sendable {
    private let columns: RegistryColumns<Field>
    private let dialect: SQLDialect
    /// One row more than the search's limit.
    private(set) var statement = SQLFragment("")

    /// Prints `search` over `table`.
    ///
    /// - Throws: `tracking.invalidValue` for a limit out of bounds or a comparison that does not fit its field.
    init(
        _ search: RegistrySearch<Field>,
        of table: String,
        _ columns: RegistryColumns<Field>,
        for dialect: SQLDialect
    ) throws(TrackingError) {
        self.columns = columns
        self.dialect = dialect
        guard (1...200_000).contains(search.limit), search.offset >= 0 else {
            throw TrackingError(
                .invalidTrackingValue,
                "a search asked for \(search.limit) results from \(search.offset); the limit is 1 to 200000"
            )
        }
        var terms: [SQLFragment] = []
        for condition in search.conditions { try terms.append(self.term(condition)) }
        var order = ""
        for key in search.order {
            guard let column = columns.column(key.field) else { throw SearchMisfit.error(key.field, "an order") }
            order += "\(column) \(key.isAscending ? "ASC" : "DESC"), "
        }
        order += search.order.isEmpty ? columns.standardOrder : columns.tieOrder
        self.statement =
            SQLFragment("SELECT m.* FROM \(table) m WHERE ") + .all(terms)
            + SQLFragment(" ORDER BY \(order) LIMIT ? OFFSET ?", [search.limit + 1, search.offset])
    }

    private func term(_ condition: RegistryCondition<Field>) throws(TrackingError) -> SQLFragment {
        switch condition {
        case .text(let field, let comparison, let text):
            guard let test = SQLFragment.text(self.value(of: field), comparison, text, self.dialect) else {
                throw SearchMisfit.error(field, "a text by order")
            }
            return self.test(field, test)
        case .number(let field, let comparison, let number):
            guard !comparison.isPattern else { throw SearchMisfit.error(field, "a number") }
            return self.test(field, SQLFragment("\(self.value(of: field)) \(comparison.rawValue) ?", [number]))
        case .anyOf(let field, let values): return self.test(field, .list(self.value(of: field), values))
        case .noneOf(let field, let values):
            return self.test(field, .list(self.value(of: field), values, isAnyOf: false))
        case .exists(let field): return self.test(field, SQLFragment("\(self.value(of: field)) IS NOT NULL"))
        case .missing(let field):
            return SQLFragment("NOT ") + self.test(field, SQLFragment("\(self.value(of: field)) IS NOT NULL"))
        case .isNot(let field, let value):
            return SQLFragment("NOT ")
                + self.test(field, SQLFragment("coalesce(\(self.value(of: field)) = ?, 1 = 0)", [value]))
        }
    }

    private func value(of field: Field) -> String { self.columns.column(field) ?? "x.value" }

    /// `test` on the field's column, or on the tag `x` that it is.
    private func test(_ field: Field, _ test: SQLFragment) -> SQLFragment {
        guard let key = self.columns.tagKey(field) else { return SQLFragment("(") + test + SQLFragment(")") }
        return SQLFragment(
            "EXISTS (SELECT 1 FROM \(self.columns.tags) x WHERE \(self.columns.join) AND x.key = ? AND ",
            [key]
        ) + test + SQLFragment(")")
    }
}
