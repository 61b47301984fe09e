/// A sentence with a code of what it says and the values in it, so that a reader can be told the same in other words.
///
/// It is written as an interpolated text, and keeps what was put in apart from the words around it:
/// ```swift
/// Remark("release.hold", "\(span) at \(share) are not over.")
/// ```
package struct Remark: Sendable, Hashable, Codable {
    /// What was put into a sentence.
    package enum Value: Sendable, Hashable, Codable {
        /// A name or a figure that reads the same in every language.
        case text(String)
        case count(Int)
        case span(TimeSpan)
        case moment(EventTime)
        /// A part that has words of its own.
        case remark(Remark)
    }

    /// What it says, such as `gate.errors`; empty for a text that nobody has other words for.
    package let code: String
    /// What was put in, in order.
    package let values: [Value]
    /// The sentence in English.
    package let text: String

    /// Says `text`; each sentence has a code of its own, with values of the same kinds.
    package init(_ code: String, _ text: Text) {
        self.code = code
        self.values = text.values
        self.text = text.text
    }

    /// Says what somebody else wrote.
    package init(said text: String) {
        self.code = ""
        self.values = []
        self.text = text
    }
}

extension Remark: ExpressibleByStringLiteral {
    /// Says what stands there, without a code.
    package init(stringLiteral value: String) { self.init(said: value) }
}

extension Remark {
    /// The words of a sentence with what was put in.
    package struct Text: Sendable, ExpressibleByStringInterpolation {
        /// Takes a sentence apart while it is put together.
        package struct StringInterpolation: Sendable, StringInterpolationProtocol {
            fileprivate var text = ""
            fileprivate var values: [Value] = []

            /// Starts with nothing.
            package init(literalCapacity: Int, interpolationCount: Int) {}

            /// Puts in the words around values.
            package mutating func appendLiteral(_ literal: String) { self.text += literal }

            /// Puts in a name or a figure.
            package mutating func appendInterpolation(_ value: String) { self.append(.text(value), value) }
            /// Puts in a count.
            package mutating func appendInterpolation(_ value: Int) { self.append(.count(value), "\(value)") }
            /// Puts in a length of time.
            package mutating func appendInterpolation(_ value: TimeSpan) { self.append(.span(value), "\(value)") }
            /// Puts in a moment.
            package mutating func appendInterpolation(_ value: EventTime) { self.append(.moment(value), "\(value)") }
            /// Puts in a part with words of its own.
            package mutating func appendInterpolation(_ value: Remark) { self.append(.remark(value), value.text) }

            private mutating func append(_ value: Value, _ text: String) {
                self.values.append(value)
                self.text += text
            }
        }

        fileprivate let text: String
        fileprivate let values: [Value]

        /// Takes a sentence without values.
        package init(stringLiteral value: String) {
            self.text = value
            self.values = []
        }

        /// Takes a sentence with its values.
        package init(stringInterpolation: StringInterpolation) {
            self.text = stringInterpolation.text
            self.values = stringInterpolation.values
        }
    }
}
