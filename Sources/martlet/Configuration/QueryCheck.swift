import Foundation
import MartletCore
import MartletFeatures
import MartletIngest
import MartletStores
import MartletTraining

/// Prepares every piece of SQL of a workspace and holds its columns against what the definitions say.
struct QueryCheck {
    let workspace: Workspace
    let catalog: FeatureCatalog
    let tables: EmptyTables
    let context: DocumentContext
    /// How many queries and expressions were prepared.
    private(set) var queryCount = 0
    /// The sources that some query reads.
    private(set) var usedTables: Set<String> = []

    init(workspace: Workspace, catalog: FeatureCatalog, tables: EmptyTables, context: DocumentContext) {
        self.workspace = workspace
        self.catalog = catalog
        self.tables = tables
        self.context = context
    }

    /// Checks sources, views and recipes.
    mutating func run() {
        for file in self.workspace.sources { self.check(file) }
        let schemas = self.workspace.sources.map { ($0.definition.name, Schema($0.definition.tableFields)) }
        self.catalog.validate(tables: Dictionary(schemas) { first, _ in first }, in: self.context)
        for view in self.catalog.views { self.check(view) }
        for file in self.workspace.recipes { self.check(file) }
    }

    // MARK: Sources

    private mutating func check(_ file: Workspace.File<SourceDefinition>) {
        var fields = file.definition.columns.map { Field($0.name, $0.type) }
        for case .condition(let rule) in file.definition.expectations {
            self.expression(rule.sql, "condition '\(rule.name)'", fields, .boolean, in: file)
        }
        self.checkOtherSources(file)
        for step in file.definition.cleaning {
            switch step {
            case .derive(let step):
                self.expression(step.sql, "derive '\(step.column.name)'", fields, step.type, in: file)
                fields.removeAll { $0.name == step.column.name }
                fields.append(Field(step.column.name, step.type))
            case .keepWhere(let step):
                self.expression(step.sql, "where", fields, .boolean, in: file)
            case .dropDuplicates, .dropOutliers, .capOutliers, .mapValues:
                break
            }
        }
    }

    /// Checks the rules that read tables of other sources.
    private mutating func checkOtherSources(_ file: Workspace.File<SourceDefinition>) {
        let source = file.definition
        for expectation in source.expectations {
            switch expectation {
            case .references(let rule): self.check(rule, in: file)
            case .total(let rule):
                let columns = source.dataFields.map { field in
                    "CAST(NULL AS \(SQLText.type(field.type))) AS \(SQLText.identifier(field.name))"
                }
                for sql in [rule.sql, rule.equals] {
                    let query = "WITH batch AS (SELECT \(columns.joined(separator: ", "))) SELECT * FROM (\(sql)) AS t"
                    let place = Self.place(of: sql, in: file.text, path: file.path)
                    let what = "total '\(rule.name)' of source '\(source.name)'"
                    guard let schema = self.prepare(query, what, at: place) else { continue }
                    if schema.fields.count != 1 {
                        self.report(.workspaceTypeMismatch, "\(what) gives more than one column; write one", at: place)
                    }
                }
            default: break
            }
        }
    }

    private func check(_ rule: Expectation.References, in file: Workspace.File<SourceDefinition>) {
        let place = rule.columns.first?.location
        let names = self.workspace.sources.map(\.definition.name)
        guard let other = self.workspace.sources.first(where: { $0.definition.name == rule.source })?.definition else {
            let hint = WorkspaceChecker.hint(rule.source, names)
            self.report(.workspaceUnknownName, "there is no source '\(rule.source)' to refer to.\(hint)", at: place)
            return
        }
        let fields = other.dataFields
        for (column, target) in zip(rule.columns, rule.targetNames) {
            guard let found = fields.first(where: { $0.name == target }) else {
                let hint = WorkspaceChecker.hint(target, fields.map(\.name))
                self.report(
                    .workspaceUnknownName,
                    "source '\(rule.source)' has no column '\(target)' to refer to.\(hint)",
                    at: column.location
                )
                continue
            }
            let own = file.definition.dataFields.first { $0.name == column.name }
            if let own, own.type != found.type {
                self.report(
                    .workspaceTypeMismatch,
                    "column '\(own.name)' is \(own.type.rawValue), but '\(target)' of source '\(rule.source)' is "
                        + "\(found.type.rawValue)",
                    at: column.location
                )
            }
        }
    }

    private mutating func expression(
        _ sql: String,
        _ what: String,
        _ fields: [Field],
        _ wanted: DataType,
        in file: Workspace.File<SourceDefinition>
    ) {
        let columns = fields.map { "CAST(NULL AS \(SQLText.type($0.type))) AS \(SQLText.identifier($0.name))" }
        let query = "SELECT (\(sql)) AS result FROM (SELECT \(columns.joined(separator: ", ")))"
        let place = Self.place(of: sql, in: file.text, path: file.path)
        guard let schema = self.prepare(query, "\(what) of source '\(file.definition.name)'", at: place) else { return }
        let found = schema.fields[0].type
        guard !Self.fits(found, wanted) else { return }
        self.report(
            .workspaceTypeMismatch,
            "\(what) of source '\(file.definition.name)' gives \(found.rawValue), but \(wanted.rawValue) is wanted; "
                + "cast it",
            at: place
        )
    }

    // MARK: Feature views

    private mutating func check(_ view: FeatureView) {
        switch view.source {
        case .table(let table):
            self.usedTables.insert(table)
        case .sql(let sql):
            let place = self.place(of: view.name, after: "feature_views")
            guard let schema = self.prepare(sql, "feature view '\(view.name)'", at: place) else { return }
            self.catalog.validate(view, against: schema, in: self.context)
        }
    }

    // MARK: Recipes

    private mutating func check(_ file: Workspace.File<Recipe>) {
        let recipe = file.definition
        let what = "the loader of recipe '\(recipe.name)'"
        guard let schema = self.prepare(recipe.loader.sql.value, what, at: recipe.loader.sql.location) else { return }
        let timestamp = recipe.loader.timestamp
        self.require(timestamp.value, [.timestamp, .date], "timestamp", of: what, in: schema, at: timestamp.location)
        let labels: [DataType] = [.float64, .boolean]
        self.require(recipe.label.value, labels, "label", of: what, in: schema, at: recipe.label.location)
        for entry in recipe.requestFeatures.entries {
            let role = "request feature"
            self.require(entry.name, [entry.value.type], role, of: what, in: schema, at: entry.location)
        }
        for group in recipe.groups {
            self.require(group.value, DataType.allCases, "group", of: what, in: schema, at: group.location)
        }
        guard let service = recipe.featureService,
            let definition = self.catalog.services.first(where: { $0.name == service.value })
        else { return }
        for key in definition.joinKeys {
            let role = "join key of feature service '\(service.value)'"
            self.require(key.name, [key.type], role, of: what, in: schema, at: recipe.loader.sql.location)
        }
        self.checkCategories(of: recipe, definition)
    }

    private func checkCategories(of recipe: Recipe, _ service: FeatureService) {
        let known = service.features.map(\.columnName) + recipe.requestFeatures.entries.map(\.name)
        for column in recipe.categorical where !known.contains(column.value) {
            self.report(
                .workspaceUnknownName,
                "categorical column '\(column.value)' is no column of the model."
                    + WorkspaceChecker.hint(column.value, known),
                at: column.location
            )
        }
    }

    // MARK: Steps of every check

    private mutating func prepare(_ sql: String, _ what: String, at place: SourceLocation?) -> Schema? {
        self.queryCount += 1
        self.usedTables.formUnion(self.tables.tables(in: sql))
        switch self.tables.columns(of: sql) {
        case .success(let schema): return schema
        case .failure(let fault):
            self.report(.workspaceInvalidSQL, "\(what) is not valid SQL: \(fault.message)", at: place)
            return nil
        }
    }

    private func require(
        _ column: String,
        _ types: [DataType],
        _ role: String,
        of what: String,
        in schema: Schema,
        at place: SourceLocation?
    ) {
        guard let found = schema.type(of: column) else {
            let hint = WorkspaceChecker.hint(column, schema.names)
            self.report(.workspaceUnknownName, "\(what) has no column '\(column)' (\(role)).\(hint)", at: place)
            return
        }
        guard !types.contains(where: { Self.fits(found, $0) }) else { return }
        let wanted = types.map(\.rawValue).joined(separator: " or ")
        self.report(
            .workspaceTypeMismatch,
            "column '\(column)' (\(role)) of \(what) is \(found.rawValue), but \(wanted) is wanted; cast it, or "
                + "declare its type",
            at: place
        )
    }

    /// Whether values of one type can stand where another is wanted without loss.
    private static func fits(_ found: DataType, _ wanted: DataType) -> Bool {
        switch (found, wanted) {
        case (.int64, .float64), (.boolean, .float64), (.boolean, .int64), (.date, .timestamp): true
        default: found == wanted
        }
    }

    private func report(_ code: ErrorCode, _ message: String, at place: SourceLocation?) {
        self.context.report(.error, code, message, at: place)
    }

    /// Where the first line of `sql` stands in the text of a file.
    private static func place(of sql: String, in text: String, path: String) -> SourceLocation {
        let first = sql.split(separator: "\n").first.map(String.init) ?? sql
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let range = line.range(of: first) else { continue }
            let column = line.distance(from: line.startIndex, to: range.lowerBound) + 1
            return SourceLocation(file: path, line: index + 1, column: column)
        }
        return SourceLocation(file: path, line: 1, column: 1)
    }

    /// Where `name` stands in the feature files, below the first line that holds `anchor`.
    private func place(of name: String, after anchor: String) -> SourceLocation? {
        for file in self.workspace.features {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let start = lines.firstIndex(where: { $0.contains(anchor + ":") }) else { continue }
            for index in start..<lines.count {
                guard let range = lines[index].range(of: name) else { continue }
                let column = lines[index].distance(from: lines[index].startIndex, to: range.lowerBound) + 1
                return SourceLocation(file: file.path, line: index + 1, column: column)
            }
        }
        return nil
    }
}
