import Yams

extension Document {
    /// Reads one YAML document.
    ///
    /// An empty file is an empty mapping. A key that stands twice in one mapping is reported; the first stays.
    ///
    /// - Parameters:
    ///   - yaml: the text of the file.
    ///   - file: the name used in messages.
    ///   - context: receives syntax errors and duplicate keys.
    /// - Returns: the document, or `nil` when the text is not YAML.
    package static func parse(yaml: String, file: String, in context: DocumentContext) -> Document? {
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                return Document(.mapping([]), at: SourceLocation(file: file, line: 1, column: 1))
            }
            return Document(node, file: file, context: context)
        } catch let error as YamlError {
            context.report(.error, .documentSyntax, Self.sentence(for: error), at: Self.location(of: error, file: file))
        } catch {
            context.report(.error, .documentSyntax, "not readable as YAML: \(error)", at: nil)
        }
        return nil
    }

    private init(_ node: Node, file: String, context: DocumentContext) {
        let location = Self.location(of: node.mark, file: file)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            self.init(isNull ? .null : .scalar(scalar.string, isQuoted: !isPlain), at: location)
        case .sequence(let sequence):
            self.init(.sequence(sequence.map { Document($0, file: file, context: context) }), at: location)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, value) in mapping {
                let keyLocation = Self.location(of: key.mark, file: file)
                let name = key.scalar?.string ?? ""
                if members.contains(where: { $0.key == name }) {
                    context.report(
                        .error,
                        .documentDuplicateKey,
                        "key '\(name)' stands twice; keep one",
                        at: keyLocation
                    )
                    continue
                }
                let member = Document(value, file: file, context: context)
                members.append(Member(key: name, keyLocation: keyLocation, value: member))
            }
            self.init(.mapping(members), at: location)
        case .alias:
            self.init(.null, at: location)
        }
    }

    private static func location(of mark: Mark?, file: String) -> SourceLocation {
        SourceLocation(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    private static func location(of error: YamlError, file: String) -> SourceLocation? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            SourceLocation(file: file, line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(_, let context):
            SourceLocation(file: file, line: context.mark.line, column: context.mark.column)
        default:
            SourceLocation(file: file, line: 1, column: 1)
        }
    }

    private static func sentence(for error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "not readable as YAML: \(problem)"
        case .duplicatedKeysInMapping(let keys, _):
            "a key stands twice in one mapping: \(keys.map { "'\($0)'" }.joined(separator: ", ")); keep one"
        default:
            "not readable as YAML: \(error)"
        }
    }
}
