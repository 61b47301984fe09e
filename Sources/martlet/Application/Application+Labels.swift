import MartletCore
import MartletRetraining
import MartletStores
import MartletTracking

extension Application {
    /// The rule of labels `name` of the workspace.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func labels(named name: String) throws -> LabelDefinition {
        let files = self.workspace.labels
        if let found = files.first(where: { $0.definition.name == name || $0.path == name }) { return found.definition }
        throw CommandError(
            .workspaceUnknownName,
            "the workspace has no labels '\(name)'; rules are files in labels/."
                + WorkspaceChecker.hint(name, files.map(\.definition.name)),
            status: .invalid
        )
    }

    /// The label tables.
    func labelWarehouse() -> DuckDBLabelWarehouse { DuckDBLabelWarehouse(session: self.warehouse()) }

    /// Builds the tables of the named rules, or of all, from what is known at `asOf`.
    func buildLabels(_ names: [String], asOf: EventTime) async throws -> [LabelBuild] {
        let definitions =
            try names.isEmpty ? self.workspace.labels.map(\.definition) : names.map { try self.labels(named: $0) }
        let catalog = try self.catalog()
        let store = SQLFeedbackStore(try self.metadata.database())
        let warehouse = self.labelWarehouse()
        var builds: [LabelBuild] = []
        for definition in definitions {
            let table = try self.workspace.labelTable(of: definition, catalog)
            // Feedback first: what it names was answered before it came, and is in the log by now.
            let feedback = try await EndpointFeedback(of: definition.endpoint.value, in: store)
            builds.append(try await warehouse.build(definition, table, feedback, asOf: asOf))
        }
        return builds
    }
}
