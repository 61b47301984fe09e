package import MartletCore

/// A program of the user's own as a source; what it writes to its standard output is one batch.
package struct CommandOrigin: DocumentValue, Sendable, Hashable {
    package let arguments: [String]
    package let environment: [String]

    private struct Mapping: DocumentObject {
        let arguments: [String]
        let environment: [String]

        init(from reader: ObjectReader) {
            self.arguments = reader.required("run", [String].self, "The program and its arguments.")
            self.environment = reader.value(
                "env",
                default: [String](),
                "Variables of Martlet's own environment that the program sees beside PATH, HOME, LANG, TZ and TMPDIR."
            )
        }
    }

    package static func read(_ document: Document, in context: DocumentContext) -> CommandOrigin {
        let mapping: (arguments: [String], environment: [String])
        if case .mapping = document.content {
            let read = Mapping.read(document, in: context)
            mapping = (read.arguments, read.environment)
        } else {
            mapping = ([String].read(document, in: context), [])
        }
        if mapping.arguments.first?.isEmpty ?? true {
            context.report(
                .error,
                .documentInvalidValue,
                "a command is a list: the program, then its arguments, such as [python3, crawl.py]",
                at: document.location
            )
        }
        return CommandOrigin(arguments: mapping.arguments, environment: mapping.environment)
    }

    package static var placeholder: CommandOrigin { CommandOrigin(arguments: [], environment: []) }
    package static var schema: JSONValue { .object(["anyOf": [[String].schema, Mapping.schema]]) }
}
