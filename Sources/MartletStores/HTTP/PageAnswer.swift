import Foundation
import MartletCore
import MartletIngest

/// What one page says of itself and of the pages after it.
struct PageAnswer {
    /// Whether the page holds no records.
    let isEmpty: Bool
    /// Whether the answer itself says that there are no records at all.
    let saysEmpty: Bool
    /// How many records the page holds; `nil` when nothing says where they are.
    let recordCount: Int?
    /// How many records all pages hold.
    let total: Int?
    /// The address of the next page.
    let next: String?

    /// Reads the page's body and Link header as `definition` asks.
    ///
    /// - Throws: ``IngestError`` when the answer says that it is an error, or is not of the source's format.
    init(_ body: Data, link: String?, definition: SourceDefinition, address: String) throws {
        let paging = definition.location.paging
        let follows = paging?.followsLinkHeader ?? false ? link.flatMap(Self.nextAddress) : nil
        let isBlank = body.allSatisfy { [0x20, 0x0A, 0x0D, 0x09].contains($0) }
        guard Self.needsDocument(definition) else {
            self.isEmpty = isBlank || body == Data("[]".utf8)
            self.next = follows
            self.saysEmpty = false
            self.recordCount = nil
            self.total = nil
            return
        }
        let document = isBlank ? .null : try Self.document(body, definition, address)
        self.saysEmpty = try definition.location.answer.map { try Self.isEmpty($0, document, address) } ?? false
        if case .xml(let format) = definition.format, !self.saysEmpty { try Self.check(format, document, address) }
        let pointer = paging?.recordsPointer ?? Self.recordsPointer(definition.format)
        let records = pointer.map { XMLRecords.value(at: $0, of: document) }
        self.recordCount = records.map(Self.count)
        self.isEmpty = isBlank || self.saysEmpty || self.recordCount == 0
        self.total = try Self.total(self.saysEmpty ? nil : paging?.totalPointer, document, address)
        if let pointer = paging?.nextPointer, case .string(let next)? = XMLRecords.value(at: pointer, of: document) {
            self.next = next.isEmpty ? nil : next
        } else {
            self.next = follows
        }
    }

    private static func total(_ pointer: String?, _ document: JSONValue, _ address: String) throws -> Int? {
        guard let pointer else { return nil }
        guard let value = XMLRecords.value(at: pointer, of: document), let total = Self.number(value) else {
            throw IngestError(
                .ingestFetchFailed,
                "an answer of '\(address)' has no number at 'total_pointer' (\(pointer))"
            )
        }
        return total
    }

    /// Whether something is asked of the body's inside.
    static func needsDocument(_ definition: SourceDefinition) -> Bool {
        let paging = definition.location.paging
        if paging?.nextPointer != nil || paging?.recordsPointer != nil || paging?.totalPointer != nil { return true }
        if definition.location.answer != nil { return true }
        if case .xml = definition.format { return true }
        return false
    }

    private static func document(_ body: Data, _ definition: SourceDefinition, _ address: String) throws -> JSONValue {
        if case .xml(let format) = definition.format {
            do {
                return try XMLRecords.value(of: XMLText.utf8(Array(body), format.encoding, origin: address))
            } catch let fault as XMLFault {
                throw IngestError(
                    .ingestFetchFailed,
                    "an answer of '\(address)' is no whole XML document: \(fault.message)",
                    underlying: fault
                )
            }
        }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw IngestError(
                .ingestFetchFailed,
                "a page of '\(address)' is not JSON, which its paging by JSON pointer needs",
                underlying: error
            )
        }
    }

    /// Holds the answer against its rule, and returns whether it says that there are no records.
    private static func isEmpty(_ rule: AnswerRule, _ document: JSONValue, _ address: String) throws -> Bool {
        func text(_ pointer: String?) -> String? {
            pointer.flatMap { XMLRecords.value(at: $0, of: document) }.flatMap(Self.text)
        }
        if let fault = text(rule.faultPointer) {
            throw IngestError(.ingestFetchFailed, "'\(address)' answered with an error: \(Self.shown(fault))")
        }
        guard let status = text(rule.statusPointer) else {
            throw IngestError(
                .ingestFetchFailed,
                "an answer of '\(address)' has nothing at 'status_pointer' (\(rule.statusPointer)); is it the right "
                    + "address?"
            )
        }
        if rule.empty.contains(status) { return true }
        guard !rule.good.contains(status) else { return false }
        let message = text(rule.messagePointer).map { ": " + Self.shown($0) } ?? ""
        throw IngestError(.ingestFetchFailed, "'\(address)' answered with status \(Self.shown(status))\(message)")
    }

    /// An answer whose root has another name is an error's, and not a page without records.
    private static func check(_ format: XMLFormat, _ document: JSONValue, _ address: String) throws {
        let root = format.records.split(separator: "/").first.map(String.init) ?? ""
        guard case .object(let members) = document, members[root] == nil else { return }
        throw IngestError(
            .ingestFetchFailed,
            "'\(address)' answered with '<\(members.keys.first ?? "")>', not with '<\(root)>' as in "
                + "'\(format.records)'; it may be an error's answer"
        )
    }

    private static func recordsPointer(_ format: SourceFormat) -> String? {
        switch format {
        case .xml(let format): format.records
        case .json(let format): format.records
        case .csv, .parquet, .jsonLines: nil
        }
    }

    /// XML writes a list of one as its one element, and an empty one as nothing or as empty text.
    private static func count(_ records: JSONValue?) -> Int {
        switch records {
        case .array(let items): items.count
        case .object: 1
        case .string(let text): text.isEmpty ? 0 : 1
        case nil, .null: 0
        default: 0
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .boolean(let flag): String(flag)
        case .null, .array, .object: nil
        }
    }

    private static func number(_ value: JSONValue) -> Int? { Self.text(value).flatMap { Int($0) } }

    /// A word of an API about itself, short and on one line.
    private static func shown(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 200 ? String(line.prefix(200)) + "…" : line
    }

    /// The address with `rel=next` of a Link header (RFC 8288), or `nil`.
    static func nextAddress(in link: String) -> String? {
        for part in link.split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let target = pieces.first, target.hasPrefix("<"), target.hasSuffix(">") else { continue }
            let isNext = pieces.dropFirst().contains { $0 == "rel=next" || $0 == "rel=\"next\"" }
            if isNext { return String(target.dropFirst().dropLast()) }
        }
        return nil
    }
}
