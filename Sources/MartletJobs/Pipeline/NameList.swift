import MartletCore

/// One name, or a list of names.
struct NameList: DocumentValue, Sendable, Hashable {
    let names: [String]
    let location: SourceLocation

    static func read(_ document: Document, in context: DocumentContext) -> NameList {
        let names: [String] =
            if case .scalar(let text, _) = document.content { [text] } else { [String].read(document, in: context) }
        for name in names where names.count(where: { $0 == name }) > 1 {
            context.report(.error, .documentInvalidValue, "'\(name)' stands twice; keep one", at: document.location)
            break
        }
        return NameList(names: names, location: document.location)
    }

    static var placeholder: NameList {
        NameList(names: [], location: SourceLocation(file: "", line: 1, column: 1))
    }

    static var schema: JSONValue { .object(["oneOf": .array([String.schema, [String].schema])]) }
}
