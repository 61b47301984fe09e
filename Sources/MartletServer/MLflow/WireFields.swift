import MartletCore
import MartletServing
import MartletTracking

/// The fields of a request or of an object inside one, read with the protocol's rules.
///
/// Unknown fields are passed over. A 64-bit number may come as a number or as a string of digits; a double as a number
/// or as one of the strings `NaN`, `Infinity` and `-Infinity`.
struct WireFields: Sendable {
    private let value: WireValue
    /// What stands before a field's name in messages, such as `metrics[3].`.
    private let path: String

    /// Takes the members of an object.
    init(_ value: WireValue, path: String = "") {
        self.value = value
        self.path = path
    }

    /// Takes query parameters; one that is there several times is a list.
    init(query pairs: [(name: String, value: String)]) {
        var order: [String] = []
        var values: [String: [WireValue]] = [:]
        for pair in pairs {
            if values[pair.name] == nil { order.append(pair.name) }
            values[pair.name, default: []].append(.string(pair.value))
        }
        let members = order.map { name in
            let found = values[name] ?? []
            return WireValue.Member(key: name, value: found.count == 1 ? found[0] : .array(found))
        }
        self.init(.object(members))
    }

    /// Whether the field is there and not null.
    func has(_ name: String) -> Bool { self.value[name] != nil }

    /// The field as it came.
    func raw(_ name: String) -> WireValue? { self.value[name] }

    /// The text of a field, or `nil` when it is absent.
    func string(_ name: String) throws(MLflowError) -> String? {
        guard let value = self.value[name] else { return nil }
        guard case .string(let text) = value else { throw self.wrong(value, name, "a string") }
        return text
    }

    /// The text of a field that must be there; an empty text counts as absent.
    func required(_ name: String) throws(MLflowError) -> String {
        guard let text = try self.string(name), !text.isEmpty else { throw MLflowError.required(self.path + name) }
        return text
    }

    /// The text of a field that must be there and may be empty.
    func present(_ name: String) throws(MLflowError) -> String {
        guard let text = try self.string(name) else { throw MLflowError.required(self.path + name) }
        return text
    }

    /// The first of two fields that is there and not empty: a field and its older name.
    func required(_ name: String, or older: String) throws(MLflowError) -> String {
        if let text = try self.string(name), !text.isEmpty { return text }
        if let text = try self.string(older), !text.isEmpty { return text }
        throw MLflowError.required(self.path + name)
    }

    /// A whole number, or `nil` when the field is absent.
    func integer(_ name: String) throws(MLflowError) -> Int64? {
        guard let value = self.value[name] else { return nil }
        switch value {
        case .number(_, let whole?): return whole
        case .number(let number, nil) where number.rounded() == number && abs(number) < 9e18: return Int64(number)
        case .string(let text):
            if let whole = Int64(text) { return whole }
            throw self.wrong(value, name, "a whole number")
        default: throw self.wrong(value, name, "a whole number")
        }
    }

    /// A moment in milliseconds since 1970, or `nil` when the field is absent.
    func time(_ name: String) throws(MLflowError) -> EventTime? {
        guard let milliseconds = try self.integer(name) else { return nil }
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else {
            throw self.wrong(self.value[name] ?? .null, name, "milliseconds since 1970 within 300,000 years")
        }
        return EventTime(microseconds: microseconds)
    }

    /// A double, or `nil` when the field is absent.
    func double(_ name: String) throws(MLflowError) -> Double? {
        guard let value = self.value[name] else { return nil }
        switch value {
        case .number(let number, _): return number
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        case .string(let text):
            if let number = Double(text), number.isFinite { return number }
            throw self.wrong(value, name, "a number")
        default: throw self.wrong(value, name, "a number")
        }
    }

    /// A flag, or `nil` when the field is absent.
    func boolean(_ name: String) throws(MLflowError) -> Bool? {
        guard let value = self.value[name] else { return nil }
        switch value {
        case .boolean(let flag): return flag
        case .string(let text) where text.lowercased() == "true": return true
        case .string(let text) where text.lowercased() == "false": return false
        default: throw self.wrong(value, name, "true or false")
        }
    }

    /// The texts of a repeated field; one alone is a list of one, an absent field is empty.
    func strings(_ name: String) throws(MLflowError) -> [String] {
        guard let value = self.value[name] else { return [] }
        switch value {
        case .string(let text): return [text]
        case .array(let values):
            var texts: [String] = []
            for value in values {
                guard case .string(let text) = value else { throw self.wrong(value, name, "a list of strings") }
                texts.append(text)
            }
            return texts
        default: throw self.wrong(value, name, "a list of strings")
        }
    }

    /// The objects of a repeated field; an absent field is empty.
    func objects(_ name: String) throws(MLflowError) -> [WireFields] {
        guard let value = self.value[name] else { return [] }
        guard case .array(let values) = value else { throw self.wrong(value, name, "a list of objects") }
        var objects: [WireFields] = []
        objects.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard case .object = value else { throw self.wrong(value, name, "a list of objects") }
            objects.append(WireFields(value, path: "\(self.path)\(name)[\(index)]."))
        }
        return objects
    }

    /// The object of a field, or `nil` when it is absent.
    func object(_ name: String) throws(MLflowError) -> WireFields? {
        guard let value = self.value[name] else { return nil }
        guard case .object = value else { throw self.wrong(value, name, "an object") }
        return WireFields(value, path: "\(self.path)\(name).")
    }

    /// How many results a page may hold: within `1...limit`, `standard` when the field is absent.
    func pageSize(_ name: String = "max_results", standard: Int, limit: Int) throws(MLflowError) -> Int {
        guard let wanted = try self.integer(name) else { return standard }
        let shown = WireValue.number(Double(wanted), wanted)
        guard wanted > 0 else {
            throw MLflowError.invalidValue(shown, of: name, "It must be at least 1")
        }
        guard wanted <= limit else {
            throw MLflowError.invalid(
                "Invalid value \(wanted) for parameter '\(name)' supplied. It must be at most \(limit)"
            )
        }
        return Int(wanted)
    }

    /// Key and value of each object in a repeated field; the last wins when a key stands twice.
    func pairs(_ name: String) throws(MLflowError) -> [String: String] {
        var pairs: [String: String] = [:]
        for object in try self.objects(name) {
            pairs[try object.required("key")] = try object.string("value") ?? ""
        }
        return pairs
    }

    /// The refusal of a field whose value is of another type.
    func wrong(_ value: WireValue, _ name: String, _ expected: String) -> MLflowError {
        let kind =
            switch value {
            case .null: "null"
            case .boolean: "bool"
            case .number(_, let whole): whole == nil ? "float" : "int"
            case .string: "str"
            case .array: "list"
            case .object: "dict"
            }
        return .invalidValue(
            value,
            of: self.path + name,
            "Hint: Value was of type '\(kind)', expected \(expected). See the API docs for more information about "
                + "request parameters."
        )
    }
}
