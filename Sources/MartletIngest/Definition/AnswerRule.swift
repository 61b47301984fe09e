package import MartletCore

/// What an answer says of itself: many APIs answer status 200 and write the error into the body.
package struct AnswerRule: DocumentObject, Sendable, Hashable {
    package let statusPointer: String
    package let good: [String]
    package let empty: [String]
    package let messagePointer: String?
    package let faultPointer: String?

    package init(from reader: ObjectReader) {
        self.statusPointer = reader.required(
            "status_pointer",
            String.self,
            "Pointer to the answer's own status, such as /response/header/resultCode."
        )
        let good = reader.required("good", [DocumentScalar].self, "The words of a good answer, such as \"00\".")
        self.good = good.map(\.text)
        let empty = reader.value("empty", default: [DocumentScalar](), "The words of an answer without records.")
        self.empty = empty.map(\.text)
        self.messagePointer = reader.optional("message_pointer", String.self, "Pointer to its message.")
        self.faultPointer = reader.optional(
            "fault_pointer",
            String.self,
            "Pointer that only an error's answer has, and which holds its message."
        )
        let pointers = [
            ("status_pointer", self.statusPointer), ("message_pointer", self.messagePointer),
            ("fault_pointer", self.faultPointer),
        ]
        for (key, pointer) in pointers {
            if let pointer, !pointer.hasPrefix("/") {
                reader.report(.documentInvalidValue, "a pointer begins with '/', such as /header/code", at: key)
            }
        }
        if self.good.isEmpty { reader.report(.documentInvalidValue, "name at least one word", at: "good") }
    }
}
