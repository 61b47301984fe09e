package import MartletCore

/// What becomes the label of a prediction.
package enum LabelSource: Sendable, Hashable, Codable {
    /// The outcome: what came true.
    case outcome
    /// Whether, or for how much, a kind of interaction followed.
    case interaction(InteractionLabel)
}

/// How interactions of one kind become a label.
package struct InteractionLabel: Sendable, Hashable, Codable {
    /// What the label of a prediction is that such an interaction followed.
    package enum Value: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
        /// 1, and 0 without one.
        case one
        /// The amount of the latest, and 0 without one.
        case amount
    }

    package var kind: String
    package var value: Value

    /// Makes labels of the interactions of kind `kind`.
    package init(kind: String, value: Value = .one) {
        self.kind = kind
        self.value = value
    }
}

extension InteractionLabel: DocumentObject {
    package init(from reader: ObjectReader) {
        self.init(
            kind: reader.required("interaction", String.self, "The kind of interaction, such as contract."),
            value: reader.value(
                "value",
                default: .one,
                "The label of a prediction that one followed: 1, or its amount; 0 without one.",
                documentedDefault: "one"
            )
        )
    }
}

extension LabelSource: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> LabelSource {
        if case .scalar(let text, _) = document.content {
            if text == "outcome" { return .outcome }
            let hint = document.isFromEnvironment ? "" : NearestName.suggestion(text, among: ["outcome"])
            context.report(
                .error,
                .documentInvalidValue,
                "expected 'outcome' or {interaction: KIND}, found \(document.found).\(hint)",
                at: document.location
            )
            return .outcome
        }
        return .interaction(InteractionLabel.read(document, in: context))
    }

    package static var placeholder: LabelSource { .outcome }

    package static var schema: JSONValue {
        .object(["oneOf": .array([.object(["const": "outcome"]), InteractionLabel.schema])])
    }
}
