package import MartletCore

extension FeatureCatalog {
    /// Reports views whose source table, or a column they name, does not exist.
    ///
    /// - Parameters:
    ///   - tables: the declared columns of each warehouse table; views over SQL are checked by describing the SQL
    ///     printer of the store with ``validate(_:against:in:)``.
    ///   - context: receives the faults.
    package func validate(tables: [String: Schema], in context: DocumentContext) {
        for view in self.views {
            guard case .table(let table) = view.source else { continue }
            if let schema = tables[table] {
                self.validate(view, against: schema, in: context)
            } else {
                context.report(
                    .error,
                    .featureUnknownReference,
                    "feature view '\(view.name)' reads table '\(table)', which no source loads."
                        + Self.hint(table, among: Array(tables.keys)),
                    at: self.locations["table \(view.name)"] ?? self.location(of: view)
                )
            }
        }
    }

    /// Reports columns that `view` names and `schema`, the columns of its source, lacks or has with another type.
    package func validate(_ view: FeatureView, against schema: Schema, in context: DocumentContext) {
        let place = self.location(of: view)
        func check(_ column: String, _ role: String, _ accepts: (DataType) -> Bool, _ wanted: String) {
            guard let type = schema.type(of: column) else {
                context.report(
                    .error,
                    .featureUnknownReference,
                    "\(role) '\(column)' of feature view '\(view.name)' is not a column of its source."
                        + Self.hint(column, among: schema.names.filter { !$0.hasPrefix("_") }),
                    at: place
                )
                return
            }
            if !accepts(type) {
                context.report(
                    .error,
                    .featureTypeMismatch,
                    "\(role) '\(column)' of feature view '\(view.name)' is \(type.rawValue), not \(wanted); "
                        + "cast it in the source",
                    at: place
                )
            }
        }
        let isTime: (DataType) -> Bool = { $0 == .date || $0 == .timestamp }
        check(view.eventTimestamp, "event_timestamp", isTime, "a date or timestamp")
        if let created = view.createdTimestamp { check(created, "created_timestamp", isTime, "a date or timestamp") }
        for key in view.joinKeys {
            check(key.name, "join key", { $0 == key.type }, "\(key.type.rawValue), the type of its entity")
        }
        for feature in view.features {
            switch feature.origin {
            case .column(let column):
                check(column, "column", { Self.fits($0, feature.type) }, feature.type.rawValue)
            case .aggregate(let aggregate):
                if let column = aggregate.column {
                    check(column, "column", { aggregate.function == .count || $0.isNumeric }, "a number")
                }
            }
        }
    }

    private func location(of view: FeatureView) -> SourceLocation? { self.locations["feature view \(view.name)"] }

    private static func fits(_ found: DataType, _ wanted: DataType) -> Bool {
        switch (found, wanted) {
        case (.int64, .float64), (.boolean, .int64), (.boolean, .float64), (.date, .timestamp): true
        default: found == wanted
        }
    }
}

extension ErrorCode {
    /// A column has another type than the feature definition says.
    package static let featureTypeMismatch = ErrorCode("features.typeMismatch")
}
