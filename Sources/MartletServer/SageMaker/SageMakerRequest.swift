import Foundation
import MartletCore

/// The members of a request in AWS's JSON 1.1 protocol.
struct SageMakerRequest: Sendable {
    private let members: [String: JSONValue]
    /// The region of the names that the answer holds.
    let region: String

    /// The account of all names; Martlet has one.
    static let account = "000000000000"

    /// Reads a body; no bytes are no members.
    ///
    /// - Throws: `SerializationException`.
    init(_ body: Data, region: String) throws(SageMakerError) {
        self.region = region
        guard !body.isEmpty else {
            self.members = [:]
            return
        }
        guard case .object(let members)? = try? JSONValue(parsing: body) else {
            throw SageMakerError("SerializationException", "the body is not a JSON object")
        }
        self.members = members
    }

    /// The region in the scope of a signature, else the one that clients take without configuration.
    static func region(ofAuthorization header: String?) -> String {
        let credential = header?.split(separator: " ").first { $0.hasPrefix("Credential=") }
        let parts = credential?.split(separator: "/") ?? []
        guard parts.count >= 4, parts[2].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
            return "us-east-1"
        }
        return String(parts[2])
    }

    /// The member as it was sent; null is absent.
    func value(_ name: String) -> JSONValue? {
        guard let value = self.members[name], value != .null else { return nil }
        return value
    }

    /// A text, or `nil` when it is absent.
    ///
    /// - Throws: `ValidationException` when it is something else.
    func text(_ name: String) throws(SageMakerError) -> String? {
        guard let value = self.value(name) else { return nil }
        guard case .string(let text) = value else { throw .validation("'\(name)' must be a string") }
        return text
    }

    /// A text that must be there and not empty.
    func required(_ name: String) throws(SageMakerError) -> String {
        guard let text = try self.text(name), !text.isEmpty else {
            throw .validation(
                "1 validation error detected: Value at '\(name)' failed to satisfy constraint: must not be null"
            )
        }
        return text
    }

    /// A whole number within `range`, else `standard` when it is absent.
    func number(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) throws(SageMakerError) -> Int {
        guard let value = self.value(name) else { return standard }
        guard case .integer(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw .validation("'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    /// A moment in seconds since 1970, or `nil` when it is absent.
    func moment(_ name: String) throws(SageMakerError) -> EventTime? {
        switch self.value(name) {
        case nil: return nil
        case .integer(let seconds)? where abs(seconds) < 100_000_000_000:
            return EventTime(microseconds: seconds * 1_000_000)
        case .number(let seconds)? where abs(seconds) < 1e11:
            return EventTime(microseconds: Int64(seconds * 1_000_000))
        default: throw .validation("'\(name)' must be a moment in seconds since 1970")
        }
    }

    /// One of `words`, or `nil` when it is absent.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _ words: Word.Type
    ) throws(SageMakerError) -> Word? {
        guard let text = try self.text(name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let all = Word.allCases.map(\.rawValue)
        throw .validation(
            "1 validation error detected: Value '\(text.prefix(60))' at '\(name)' failed to satisfy constraint: must be "
                + "one of \(all.joined(separator: ", ")).\(NearestName.suggestion(text, among: all))"
        )
    }

    /// The pairs of a map of texts.
    func texts(_ name: String) throws(SageMakerError) -> [String: String]? {
        guard let value = self.value(name) else { return nil }
        guard case .object(let members) = value else { throw .validation("'\(name)' must be a map of strings") }
        var texts: [String: String] = [:]
        for (key, value) in members {
            guard case .string(let text) = value else { throw .validation("'\(name)' must be a map of strings") }
            texts[key] = text
        }
        return texts
    }

    /// The tags of a `[{"Key", "Value"}]` list.
    func tags() throws(SageMakerError) -> [String: String] {
        guard let value = self.value("Tags") else { return [:] }
        guard case .array(let items) = value else { throw .validation("'Tags' must be a list of Key and Value") }
        var tags: [String: String] = [:]
        for item in items {
            guard case .string(let key)? = item["Key"], case .string(let text)? = item["Value"] else {
                throw .validation("'Tags' must be a list of Key and Value")
            }
            tags[key] = text
        }
        return tags
    }

    /// The name of a resource of `kind`.
    func arn(_ kind: String, _ name: String) -> String {
        "arn:aws:sagemaker:\(self.region):\(Self.account):\(kind)/\(name)"
    }

    /// The name within `text`: what follows `kind/` in a resource name, else the text itself.
    static func name(in text: String, of kind: String) -> String {
        guard text.hasPrefix("arn:"), let mark = text.range(of: ":\(kind)/") else { return text }
        return String(text[mark.upperBound...])
    }
}

/// One page of a list: the offset is the token.
struct SageMakerPage {
    let limit: Int
    let offset: Int

    /// Reads `MaxResults` and `NextToken`.
    init(_ request: SageMakerRequest) throws(SageMakerError) {
        self.limit = try request.number("MaxResults", 100, 1...100)
        let token = try request.text("NextToken") ?? "0"
        guard let offset = Int(token), offset >= 0 else {
            throw .validation("the NextToken is not one that this server gave; list again from the start")
        }
        self.offset = offset
    }

    /// The answer with the items of this page under `name`.
    func answer(_ name: String, _ items: [JSONValue]) -> JSONValue {
        let page = items.dropFirst(self.offset).prefix(self.limit)
        var members: [String: JSONValue] = [name: .array(Array(page))]
        if self.offset + page.count < items.count { members["NextToken"] = .string(String(self.offset + page.count)) }
        return .object(members)
    }
}
