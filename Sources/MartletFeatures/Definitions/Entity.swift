package import MartletCore

/// One column that names an entity.
package struct JoinKey: Sendable, Hashable, Codable {
    package let name: String
    /// How values are compared and written in an ``EntityKey``: `int64`, `string`, `boolean` or `date`.
    package let type: DataType

    /// Declares the column `name`.
    package init(_ name: String, _ type: DataType) {
        self.name = name
        self.type = type
    }
}

/// What features describe: a customer, a building, a district.
package struct Entity: Sendable, Hashable, Codable {
    package let name: String
    package let joinKeys: [JoinKey]
    package let description: String?

    /// Declares an entity named by `joinKeys`, in order.
    package init(name: String, joinKeys: [JoinKey], description: String? = nil) {
        self.name = name
        self.joinKeys = joinKeys
        self.description = description
    }
}
