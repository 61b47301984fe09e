package import MartletCore

/// One file in `labels/`: how what came of predictions becomes a table to learn from.
///
/// The table has one row for each input of a request whose label is known: the features as the model used them, what it
/// answered, what came of it, and when that was known.
package struct LabelDefinition: Sendable, Hashable {
    /// The requests that feedback which names only an entity or a unit belongs to.
    package enum Match: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// The last one before it.
        case last
        /// Each one whose window it lies in.
        case all
    }

    /// Whether a label of an open window is used.
    package enum Early: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// It waits until the window is over, as labels of 0 must.
        case wait
        /// It is used as soon as it is known.
        case use
    }

    /// The name of the rule and of its table in the warehouse.
    package var name: String
    package var description: String
    package var endpoint: Located<String>
    package var source: LabelSource
    /// How long after a prediction something may still become its label.
    package var window: TimeSpan
    /// The variants whose predictions count; empty is all.
    package var variants: [String]
    package var match: Match
    package var early: Early
    /// The kind of interaction that says the prediction was seen; `nil` takes every answer as seen.
    package var shownBy: String?
    /// The features to keep, with their types; empty is those of the recipe of the endpoint's model.
    package var columns: [Field]
    /// The entity keys to keep, with their types; empty is those of that recipe's feature service.
    package var keys: [Field]

    /// Holds a rule.
    package init(
        name: String,
        description: String = "",
        endpoint: String,
        source: LabelSource = .outcome,
        window: TimeSpan = .days(30),
        variants: [String] = [],
        match: Match = .last,
        early: Early = .wait,
        shownBy: String? = nil,
        columns: [Field] = [],
        keys: [Field] = []
    ) {
        self.name = name
        self.description = description
        self.endpoint = Located(endpoint, at: SourceLocation(file: "", line: 1, column: 1))
        self.source = source
        self.window = window
        self.variants = variants
        self.match = match
        self.early = early
        self.shownBy = shownBy
        self.columns = columns
        self.keys = keys
    }

    package static func == (lhs: LabelDefinition, rhs: LabelDefinition) -> Bool { lhs.json == rhs.json }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.json) }

    /// Everything that shapes the table.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(self.name), "endpoint": .string(self.endpoint.value),
            "window": .string(self.window.description), "match": .string(self.match.rawValue),
            "early": .string(self.early.rawValue), "variants": .array(self.variants.map(JSONValue.string)),
            "columns": .array(self.columns.map { .array([.string($0.name), .string($0.type.rawValue)]) }),
            "keys": .array(self.keys.map { .array([.string($0.name), .string($0.type.rawValue)]) }),
        ]
        if let shownBy { members["shown_by"] = .string(shownBy) }
        switch self.source {
        case .outcome: members["from"] = "outcome"
        case .interaction(let label):
            members["from"] = .object([
                "interaction": .string(label.kind), "value": .string(label.value.rawValue),
            ])
        }
        return .object(members)
    }
}

extension LabelDefinition: DocumentObject {
    package init(from reader: ObjectReader) {
        let standard = LabelDefinition(name: "", endpoint: "")
        self.init(
            name: reader.required("name", String.self, "The name of the rule, and of its table in the warehouse."),
            description: reader.value("description", default: "", "What the label means."),
            endpoint: "",
            source: .outcome
        )
        self.endpoint = reader.required("endpoint", Located<String>.self, "The endpoint whose predictions get labels.")
        self.source = reader.required(
            "from",
            LabelSource.self,
            "What becomes the label: outcome, or {interaction: KIND} with 1 or its amount."
        )
        self.window = reader.value(
            "window",
            default: standard.window,
            "How long after a prediction something may still become its label.",
            documentedDefault: "30d"
        )
        self.variants = reader.value("variants", default: [], "The variants whose predictions count; by default all.")
        self.match = reader.value(
            "match",
            default: standard.match,
            "Whether feedback that names no request belongs to the last request before it, or to all in the window.",
            documentedDefault: "last"
        )
        self.early = reader.value(
            "early",
            default: standard.early,
            "Whether labels of interactions wait until the window is over, as those of 0 must, or are used at once.",
            documentedDefault: "wait"
        )
        self.shownBy = reader.optional(
            "shown_by",
            String.self,
            "The kind of interaction that says a prediction was seen; without it every answer counts as seen."
        )
        self.columns = Self.fields(
            reader.value("columns", default: NamedItems<DataType>([]), "The features to keep, with their types.")
        )
        self.keys = Self.fields(
            reader.value("keys", default: NamedItems<DataType>([]), "The entity keys to keep, with their types.")
        )
        self.check(reader)
    }

    private static func fields(_ items: NamedItems<DataType>) -> [Field] {
        items.entries.map { Field($0.name, $0.value) }
    }

    private func check(_ reader: ObjectReader) {
        let isWord = self.name.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } ?? false
        if reader.has("name"),
            !isWord || !self.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        {
            reader.report(
                .documentInvalidValue,
                "name '\(self.name)' cannot be a table's; use letters, digits and '_', a letter first",
                at: "name"
            )
        }
        if self.window.microseconds <= 0 {
            reader.report(.documentInvalidValue, "window must be longer than 0s", at: "window")
        }
        if case .interaction(let label) = self.source, self.shownBy == label.kind {
            reader.report(
                .documentInvalidValue,
                "shown_by and from name the same kind '\(label.kind)'; what is the label cannot say what was seen",
                at: "shown_by"
            )
        }
        let names = (self.keys + self.columns).map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            reader.report(
                .documentInvalidValue,
                "column '\(twice)' is there twice in 'columns' and 'keys'; keep one",
                at: "columns"
            )
        }
    }
}
