package import MartletCore

/// The columns of a label table.
package struct LabelTable: Sendable, Hashable {
    /// The name in the warehouse.
    package let name: String
    /// Entity keys as sent.
    package let keys: [Field]
    /// Features as the model used them.
    package let features: [Field]

    /// Names the columns of `definition`; where it names none, `keys` and `features` are taken.
    ///
    /// - Throws: `labels.invalidColumns` when there is no feature, or two columns have one name.
    package init(
        _ definition: LabelDefinition,
        keys: [Field] = [],
        features: [Field] = []
    ) throws(RetrainingError) {
        self.name = definition.name
        self.features = definition.columns.isEmpty ? features : definition.columns
        let taken = Set(self.features.map(\.name))
        self.keys = definition.keys.isEmpty ? keys.filter { !taken.contains($0.name) } : definition.keys
        guard !self.features.isEmpty else {
            throw RetrainingError(
                .labelsInvalidColumns,
                "the features of labels '\(definition.name)' are not known: no recipe trains the model of endpoint "
                    + "'\(definition.endpoint.value)'; list them with their types under 'columns'"
            )
        }
        let names = Self.ownFields.map(\.name) + self.keys.map(\.name) + self.features.map(\.name)
        if let twice = names.first(where: { name in names.count { $0.lowercased() == name.lowercased() } > 1 }) {
            throw RetrainingError(
                .labelsInvalidColumns,
                "labels '\(definition.name)' would have two columns '\(twice)'; rename the feature, or list under "
                    + "'columns' and 'keys' only what is needed"
            )
        }
    }

    /// The columns every label table has.
    package static let ownFields = [
        Field("request_id", .string), Field("input", .int64), Field("predicted_at", .timestamp),
        Field("known_at", .timestamp), Field("label", .float64), Field("prediction", .float64),
        Field("model", .string), Field("version", .int64), Field("variant", .string), Field("unit", .string),
        Field("propensity", .float64), Field("influenced", .boolean), Field("feature_times", .string),
    ]

    /// All columns, in order.
    package var fields: [Field] { Self.ownFields + self.keys + self.features }

    /// The table that keeps what each build found.
    package static let builds = "martlet_labels"
}
