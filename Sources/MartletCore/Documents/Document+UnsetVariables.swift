extension Document {
    /// The document with those parts of the mapping under `key` emptied that need variables which are not set, except the
    /// part `name`.
    ///
    /// So the password of a production database need not be known to a laptop.
    package func emptyingUnset(under key: String, except name: String, in environment: [String: String]) -> Document {
        guard case .mapping(let members) = self.content else { return self }
        let kept = members.map { member in
            guard member.key == key, case .mapping(let parts) = member.value.content else { return member }
            let bodies = parts.map { part in
                if part.key == name || part.value.isComplete(in: environment) { return part }
                let empty = Document(.null, at: part.value.location)
                return Member(key: part.key, keyLocation: part.keyLocation, value: empty)
            }
            let value = Document(.mapping(bodies), at: member.value.location)
            return Member(key: member.key, keyLocation: member.keyLocation, value: value)
        }
        return Document(.mapping(kept), at: self.location)
    }

    /// Whether every variable named here has a value.
    private func isComplete(in environment: [String: String]) -> Bool {
        let context = DocumentContext()
        _ = self.substituting(environment, in: context)
        return context.diagnostics.isEmpty
    }
}
