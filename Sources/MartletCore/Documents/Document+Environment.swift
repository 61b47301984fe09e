import Foundation

extension Document {
    /// Replaces `${NAME}` and `${NAME:-default}` in every scalar by values of `environment`.
    ///
    /// `$${` writes a literal `${`. A name without value and default is reported at its place and left as it stands.
    /// The result is marked so that no message quotes it.
    package func substituting(_ environment: [String: String], in context: DocumentContext) -> Document {
        switch self.content {
        case .null:
            return self
        case .scalar(let text, let isQuoted):
            guard text.contains("${") else { return self }
            let replaced = Self.substitute(text, environment: environment) { name in
                context.report(
                    .error,
                    .documentMissingVariable,
                    "environment variable '\(name)' is not set; set it, or write ${\(name):-default}",
                    at: self.location
                )
            }
            return Document(.scalar(replaced, isQuoted: isQuoted), at: self.location, isFromEnvironment: true)
        case .sequence(let items):
            return Document(.sequence(items.map { $0.substituting(environment, in: context) }), at: self.location)
        case .mapping(let members):
            let replaced = members.map { member in
                Member(
                    key: member.key,
                    keyLocation: member.keyLocation,
                    value: member.value.substituting(environment, in: context)
                )
            }
            return Document(.mapping(replaced), at: self.location)
        }
    }

    private static func substitute(_ text: String, environment: [String: String], missing: (String) -> Void) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "${") {
            if rest[..<start.lowerBound].hasSuffix("$") {
                result += rest[..<start.lowerBound].dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                return result + rest[start.lowerBound...]
            }
            let inside = rest[start.upperBound..<end]
            let separator = inside.range(of: ":-")
            let name = String(separator.map { inside[..<$0.lowerBound] } ?? inside)
            let fallback = separator.map { String(inside[$0.upperBound...]) }
            if let value = environment[name].flatMap({ $0.isEmpty && fallback != nil ? nil : $0 }) ?? fallback {
                result += value
            } else {
                missing(name)
                result += rest[start.lowerBound...end]
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
