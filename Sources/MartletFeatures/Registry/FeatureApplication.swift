package import MartletCore

/// What `martlet features apply` would change, and then changes.
package struct FeatureApplication: Sendable {
    /// One definition that differs from what is recorded.
    package struct Change: Sendable, Hashable {
        package let kind: FeatureDefinitionKind
        package let name: String
        /// The recorded definition, or `nil` when it is new.
        package let old: JSONValue?
        /// The definition in the files, or `nil` when it is gone.
        package let new: JSONValue?
        package let version: Int

        /// The difference line by line: `- ` was, `+ ` is, two spaces for what stays.
        package var diff: [String] {
            LineDiff.lines(from: Self.lines(self.old), to: Self.lines(self.new))
        }

        private static func lines(_ value: JSONValue?) -> [String] {
            value.map { $0.prettyText.split(separator: "\n").map(String.init) } ?? []
        }
    }

    package let changes: [Change]
    /// How many definitions are as recorded.
    package let unchangedCount: Int

    /// Compares `catalog` with the newest recorded versions.
    package init(_ catalog: FeatureCatalog, recorded: [FeatureDefinitionVersion]) {
        var wanted: [(FeatureDefinitionKind, String, JSONValue)] = []
        for entity in catalog.entities { wanted.append((.entity, entity.name, entity.json)) }
        for view in catalog.views { wanted.append((.view, view.name, view.json)) }
        for service in catalog.services { wanted.append((.service, service.name, service.json)) }
        var changes: [Change] = []
        var unchanged = 0
        for (kind, name, new) in wanted {
            let last = recorded.first { $0.kind == kind && $0.name == name }
            if let old = last?.definition, old.canonicalText == new.canonicalText {
                unchanged += 1
            } else {
                changes.append(
                    Change(kind: kind, name: name, old: last?.definition, new: new, version: (last?.version ?? 0) + 1)
                )
            }
        }
        for last in recorded where last.definition != nil {
            if !wanted.contains(where: { $0.0 == last.kind && $0.1 == last.name }) {
                changes.append(
                    Change(kind: last.kind, name: last.name, old: last.definition, new: nil, version: last.version + 1)
                )
            }
        }
        self.changes = changes
        self.unchangedCount = unchanged
    }

    /// Records the changes in `registry`, all or none.
    package func record(in registry: any FeatureRegistry, at moment: EventTime) async throws {
        guard !self.changes.isEmpty else { return }
        try await registry.append(
            self.changes.map { change in
                FeatureDefinitionVersion(
                    kind: change.kind,
                    name: change.name,
                    version: change.version,
                    contentHash: ContentHash(of: (change.new ?? .null).canonicalText),
                    definition: change.new,
                    appliedAt: moment
                )
            }
        )
    }
}

extension Entity {
    /// The whole definition as JSON, as the feature registry records it.
    package var json: JSONValue {
        .object([
            "name": .string(self.name),
            "description": self.description.map(JSONValue.string) ?? .null,
            "join_keys": .array(
                self.joinKeys.map { .object(["name": .string($0.name), "type": .string($0.type.rawValue)]) }
            ),
        ])
    }
}

/// Compares two texts line by line by their longest common subsequence.
enum LineDiff {
    static func lines(from old: [String], to new: [String]) -> [String] {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var result: [String] = []
        var position = 0
        for index in new.indices {
            while position < old.count, removed.contains(position) {
                result.append("- " + old[position])
                position += 1
            }
            if inserted.contains(index) {
                result.append("+ " + new[index])
            } else {
                result.append("  " + new[index])
                position += 1
            }
        }
        while position < old.count {
            result.append("- " + old[position])
            position += 1
        }
        return result
    }
}
