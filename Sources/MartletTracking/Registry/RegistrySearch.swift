/// What a search of registered models looks at.
package enum RegisteredModelField: Sendable, Hashable {
    case name, createdAt, updatedAt
    case tag(String)
}

/// What a search of model versions looks at.
package enum ModelVersionField: Sendable, Hashable {
    case model, number, runID, source, createdAt, updatedAt
    case tag(String)
}

/// One condition of a search in the registry; what lacks the field never meets it, unless the case says so.
package enum RegistryCondition<Field: Sendable & Hashable>: Sendable, Hashable {
    case text(Field, SearchComparison, String)
    /// Times are in microseconds since 1970.
    case number(Field, SearchComparison, Double)
    case anyOf(Field, [String])
    case noneOf(Field, [String])
    case exists(Field)
    case missing(Field)
    /// The field is absent or has another value.
    case isNot(Field, String)
}

/// One key to sort by.
package struct RegistryOrder<Field: Sendable & Hashable>: Sendable, Hashable {
    package var field: Field
    package var isAscending: Bool

    /// Sorts by `field`.
    package init(_ field: Field, ascending: Bool = true) {
        self.field = field
        self.isAscending = ascending
    }
}

/// A search in the registry: all conditions must hold.
package struct RegistrySearch<Field: Sendable & Hashable>: Sendable, Hashable {
    package var conditions: [RegistryCondition<Field>]
    /// Sort keys, the first counting most; then the name, then the highest number.
    package var order: [RegistryOrder<Field>]
    package var limit: Int
    package var offset: Int

    /// Looks for everything unless told otherwise.
    package init(
        conditions: [RegistryCondition<Field>] = [],
        order: [RegistryOrder<Field>] = [],
        limit: Int = 100,
        offset: Int = 0
    ) {
        self.conditions = conditions
        self.order = order
        self.limit = limit
        self.offset = offset
    }
}

/// A search over registered models; without sort keys by name.
package typealias RegisteredModelSearch = RegistrySearch<RegisteredModelField>
/// A search over model versions; without sort keys the latest changed first.
package typealias ModelVersionSearch = RegistrySearch<ModelVersionField>

/// A page of a search in the registry.
package struct RegistryPage<Item: Sendable & Hashable>: Sendable, Hashable {
    package var items: [Item]
    /// The offset of the next page, or `nil` after the last item.
    package var nextOffset: Int?

    /// Holds `items` of a search.
    package init(items: [Item], nextOffset: Int?) {
        self.items = items
        self.nextOffset = nextOffset
    }
}
