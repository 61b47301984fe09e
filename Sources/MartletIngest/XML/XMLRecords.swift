package import MartletCore

/// XML documents as JSON values, so that pointers and columns read both alike.
///
/// An element with neither children nor attributes is its text, without the white space around it. Another one is an
/// object: children by name, those of one name as a list, attributes under `@name`, text under `#text`.
package enum XMLRecords {
    /// The whole document, as an object with the root's name, from UTF-8.
    package static func value(of bytes: [UInt8]) throws(XMLFault) -> JSONValue {
        var reader = XMLReader(bytes)
        var root: JSONValue = .object([:])
        while let event = try reader.next() {
            guard case .open(let name, let attributes) = event else { continue }
            root = .object([name: try Self.element(attributes, &reader)])
        }
        return root
    }

    /// Hands every element at `path` to `body`, one after the other; the rest of the document is not kept.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - path: the names from the root, such as `/response/body/items/item`.
    ///   - body: takes an element; text alone becomes an object with `#text`.
    /// - Throws: ``XMLFault``, also when the root has another name; what `body` throws.
    package static func forEachRecord(
        in bytes: [UInt8],
        at path: String,
        _ body: (JSONValue) throws -> Void
    ) throws {
        let names = path.split(separator: "/").map(String.init)
        var reader = XMLReader(bytes)
        var open: [String] = []
        while let event = try reader.next() {
            switch event {
            case .open(let name, let attributes):
                open.append(name)
                if open.count == 1, name != names.first {
                    throw XMLFault("the root is '<\(name)>', not '<\(names.first ?? "")>' as in '\(path)'", line: 1)
                }
                guard open == names else { continue }
                let element = try Self.element(attributes, &reader)
                open.removeLast()
                if case .object = element { try body(element) } else { try body(.object(["#text": element])) }
            case .close: open.removeLast()
            case .text: continue
            }
        }
    }

    /// The value at `pointer` (RFC 6901) of JSON, or of XML read as JSON, or `nil`.
    package static func value(at pointer: String, of document: JSONValue) -> JSONValue? {
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

    /// Reads up to the end of the element that was just opened.
    private static func element(
        _ attributes: [XMLReader.Attribute],
        _ reader: inout XMLReader
    ) throws(XMLFault) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for attribute in attributes { members["@" + attribute.name] = .string(attribute.value) }
        var text = ""
        while let event = try reader.next() {
            switch event {
            case .text(let piece): text += piece
            case .close:
                let trimmed = Self.trimmed(text)
                if members.isEmpty { return .string(trimmed) }
                if !trimmed.isEmpty { members["#text"] = .string(trimmed) }
                return .object(members)
            case .open(let name, let attributes):
                let child = try Self.element(attributes, &reader)
                switch members[name] {
                case .array(let others): members[name] = .array(others + [child])
                case .some(let other): members[name] = .array([other, child])
                case nil: members[name] = child
                }
            }
        }
        throw XMLFault("the document ends inside an element", line: 1)
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
