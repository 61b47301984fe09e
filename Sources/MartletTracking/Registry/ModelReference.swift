import MartletCore

/// The rules for the names of aliases and endpoints.
package enum RegistryNames {
    /// Checks the name of an alias.
    ///
    /// - Throws: `registry.invalidAlias` when it is empty, longer than 255 characters, `latest`, `v` and digits (which
    ///   clients read as a version), or holds other than letters, digits, `-`, `_` and `.`.
    package static func checkAlias(_ alias: String) throws(TrackingError) {
        let lower = alias.lowercased()
        guard Self.isWord(alias, limit: 255), alias.contains(where: { !$0.isNumber }) else {
            throw TrackingError(
                .invalidAlias,
                "the alias '\(alias.prefix(40))' is not a name; use letters, digits, '-', '_' and '.', such as champion"
            )
        }
        let isVersion =
            lower.first == "v" && lower.count > 1 && lower.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        guard lower != "latest", !isVersion else {
            throw TrackingError(
                .invalidAlias,
                "the alias '\(alias)' is reserved: 'latest' and 'v' with digits name versions; choose another, such as "
                    + "champion"
            )
        }
    }

    /// Checks the name of an endpoint, which stands in URLs.
    ///
    /// - Throws: `deployment.invalidEndpointName`.
    package static func checkEndpoint(_ name: String) throws(TrackingError) {
        guard Self.isWord(name, limit: 100) else {
            throw TrackingError(
                .invalidEndpointName,
                "the endpoint name '\(name.prefix(40))' cannot stand in a URL; use 1 to 100 letters, digits, '-', '_' "
                    + "and '.'"
            )
        }
    }

    /// Whether `name` is 1 to `limit` letters, digits, `-`, `_` and `.`, and does not begin with a dot.
    static func isWord(_ name: String, limit: Int) -> Bool {
        !name.isEmpty && name.utf8.count <= limit && name.first != "."
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "-_.".unicodeScalars.contains(scalar))
            }
    }
}

/// How a person names a model version: `price:3`, `price@champion`, or `price` for the newest.
package enum ModelReference: Sendable, Hashable, CustomStringConvertible {
    case version(ModelVersionID)
    case alias(model: String, alias: String)
    /// The highest number that is there.
    case newest(model: String)

    /// Reads a reference; `models:/price@champion` and `models:/price/3` are read too.
    ///
    /// - Throws: `registry.invalidReference`.
    package init(_ text: String) throws(TrackingError) {
        var body = text[...]
        let isURI = body.hasPrefix("models:/")
        if isURI { body = body.dropFirst("models:/".count) }
        if let at = body.firstIndex(of: "@") {
            let alias = String(body[body.index(after: at)...])
            try RegistryNames.checkAlias(alias)
            self = .alias(model: String(body[..<at]), alias: alias)
        } else if let mark = body.lastIndex(of: isURI ? "/" : ":") {
            guard let number = Int(body[body.index(after: mark)...]), number > 0 else {
                throw Self.unreadable(text)
            }
            self = .version(ModelVersionID(String(body[..<mark]), number))
        } else {
            self = .newest(model: String(body))
        }
        guard !self.model.isEmpty else { throw Self.unreadable(text) }
    }

    /// The model's name.
    package var model: String {
        switch self {
        case .version(let id): id.model
        case .alias(let model, _), .newest(let model): model
        }
    }

    package var description: String {
        switch self {
        case .version(let id): id.description
        case .alias(let model, let alias): "\(model)@\(alias)"
        case .newest(let model): model
        }
    }

    private static func unreadable(_ text: String) -> TrackingError {
        TrackingError(
            .invalidModelReference,
            "'\(text)' does not name a model version; write NAME:3 for a number or NAME@champion for an alias"
        )
    }
}
