package import MartletCore

extension Expectation {
    /// A key is found in another source's table; missing values pass.
    package struct References: DocumentObject, Sendable, Encodable {
        package let columns: [ColumnReference]
        package let source: String
        package let targets: [String]
        package let severity: RuleSeverity

        package init(from reader: ObjectReader) {
            self.columns = reader.required("columns", [ColumnReference].self, "The key.")
            self.source = reader.required("source", String.self, "The other source.")
            self.targets = reader.value(
                "to",
                default: [String](),
                "Its columns, in the order of the key; by default those of the same names."
            )
            self.severity = RuleSeverity.read(from: reader)
            if self.columns.isEmpty { reader.report(.documentInvalidValue, "name at least one column", at: "columns") }
            if !self.targets.isEmpty, self.targets.count != self.columns.count {
                reader.report(.documentInvalidValue, "as many columns as the key has", at: "to")
            }
        }

        /// The columns of the other source, one for each of ``columns``.
        package var targetNames: [String] { self.targets.isEmpty ? self.columns.map(\.name) : self.targets }
    }

    /// A number computed from the batch equals one computed from other tables, such as a declared total.
    package struct Total: DocumentObject, Sendable, Encodable {
        package let name: String
        package let sql: String
        package let equals: String
        package let percent: Double

        package init(from reader: ObjectReader) {
            self.name = reader.required("name", String.self, "What the report calls the rule.")
            self.sql = reader.required(
                "sql",
                String.self,
                "A query with one number, where 'batch' is the table of cleaned rows: SELECT sum(price) FROM batch."
            )
            self.equals = reader.required(
                "equals",
                String.self,
                "Another such query, over the tables of other sources."
            )
            self.percent = reader.value(
                "percent",
                default: 0,
                "The greatest difference, in percent of the second number.",
                documentedDefault: 0
            )
            if self.percent < 0 { reader.report(.documentInvalidValue, "a percentage is not negative", at: "percent") }
        }
    }
}

extension SourceDefinition {
    /// The sources whose tables the rules read.
    package func sourcesRead(among names: [String]) -> Set<String> {
        var found: Set<String> = []
        for expectation in self.expectations {
            switch expectation {
            case .references(let rule): found.insert(rule.source)
            case .total(let rule):
                let words = Set(rule.equals.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
                found.formUnion(names.filter(words.contains))
            default: break
            }
        }
        found.remove(self.name)
        return found.intersection(names)
    }

    /// `definitions` so that a source stands behind those its rules read; a circle keeps the order given.
    package static func inLoadingOrder(_ definitions: [SourceDefinition]) -> [SourceDefinition] {
        let names = definitions.map(\.name)
        var waiting = definitions
        var ordered: [SourceDefinition] = []
        while !waiting.isEmpty {
            let done = Set(ordered.map(\.name))
            let next = waiting.firstIndex { definition in
                definition.sourcesRead(among: names).isSubset(of: done.union(names.filter { $0 == definition.name }))
            }
            ordered.append(waiting.remove(at: next ?? 0))
        }
        return ordered
    }
}
