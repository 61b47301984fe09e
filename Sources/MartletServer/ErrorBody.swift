package import MartletCore

/// The one shape of every error that the HTTP surfaces of Martlet answer with.
package struct ErrorBody: Codable, Sendable, Equatable {
    /// The stable code, such as `request.unknownEntity`.
    package let code: String
    /// What was found and what to do.
    package let message: String
    /// The part of the request that is wrong, as a path such as `inputs[0].features.area`; absent when it is the whole.
    package let field: String?

    /// Puts the three parts together.
    package init(code: ErrorCode, message: String, field: String?) {
        self.code = code.description
        self.message = message
        self.field = field
    }

    /// The bytes of the response body.
    package var json: [UInt8] {
        Array(
            JSONValue.object([
                "code": .string(self.code), "message": .string(self.message),
                "field": self.field.map(JSONValue.string) ?? .null,
            ])
            .canonicalText.utf8
        )
    }
}
