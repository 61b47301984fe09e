import Foundation
import MartletCore
import MartletIngest

/// What one page says about the pages after it.
struct PageAnswer {
    let isEmpty: Bool
    let next: String?

    /// Reads the page's body and Link header as `paging` asks.
    init(_ body: Data, link: String?, paging: Paging, address: String) throws {
        let isBlank = body.allSatisfy { [0x20, 0x0A, 0x0D, 0x09].contains($0) }
        if paging.nextPointer == nil, paging.recordsPointer == nil {
            self.isEmpty = isBlank || body == Data("[]".utf8)
            self.next = paging.followsLinkHeader ? link.flatMap(Self.nextAddress) : nil
            return
        }
        let document: JSONValue
        do {
            document = try JSONValue(parsing: body)
        } catch {
            throw IngestError(
                .ingestFetchFailed,
                "a page of '\(address)' is not JSON, which its paging by JSON pointer needs",
                underlying: error
            )
        }
        let records = paging.recordsPointer.map { Self.value(at: $0, of: document) }
        self.isEmpty = isBlank || records == .some(nil) || records == .some(.array([])) || records == .some(.null)
        if let pointer = paging.nextPointer, case .string(let next)? = Self.value(at: pointer, of: document) {
            self.next = next.isEmpty ? nil : next
        } else {
            self.next = paging.followsLinkHeader ? link.flatMap(Self.nextAddress) : nil
        }
    }

    /// The value at a JSON pointer (RFC 6901), or `nil`.
    static func value(at pointer: String, of document: JSONValue) -> JSONValue? {
        var value = document
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let key = part.replacing("~1", with: "/").replacing("~0", with: "~")
            switch value {
            case .object(let members):
                guard let member = members[String(key)] else { return nil }
                value = member
            case .array(let items):
                guard let index = Int(key), items.indices.contains(index) else { return nil }
                value = items[index]
            default:
                return nil
            }
        }
        return value
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
