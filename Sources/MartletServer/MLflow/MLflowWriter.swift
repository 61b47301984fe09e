import MartletCore
import MartletServing
import MartletTracking

/// The name of a field that is written many times, with its quotes and colon.
struct MLflowField: Sendable {
    let bytes: [UInt8]

    init(_ name: String) { self.bytes = Array("\"\(name)\":".utf8) }
}

/// Writes the JSON objects of the protocol straight into bytes: fields in a fixed order, unset ones left out.
struct MLflowWriter: Sendable {
    private var json: JSONWriter
    /// Whether a comma must stand before what comes next.
    private var needsComma = false

    init(capacity: Int = 512) { self.json = JSONWriter(capacity: capacity) }

    /// What has been written.
    var bytes: [UInt8] { self.json.bytes }

    /// Writes an object as a value: the whole answer, or an element of a list.
    mutating func object(_ body: (inout MLflowWriter) throws -> Void) rethrows {
        self.separate()
        self.json.raw(UInt8(ascii: "{"))
        self.needsComma = false
        try body(&self)
        self.json.raw(UInt8(ascii: "}"))
        self.needsComma = true
    }

    /// Writes a field that is an object.
    mutating func object(_ name: String, _ body: (inout MLflowWriter) throws -> Void) rethrows {
        self.name(name)
        try self.object(body)
    }

    /// Writes a field that is a list; an empty one is left out unless `keepsEmpty`.
    mutating func list<Element>(
        _ name: String,
        _ elements: some Collection<Element>,
        keepsEmpty: Bool = false,
        _ body: (inout MLflowWriter, Element) throws -> Void
    ) rethrows {
        guard keepsEmpty || !elements.isEmpty else { return }
        self.name(name)
        self.json.raw(UInt8(ascii: "["))
        for element in elements { try self.object { json in try body(&json, element) } }
        self.json.raw(UInt8(ascii: "]"))
        self.needsComma = true
    }

    /// Writes a field that is a list of objects written before; an empty one is left out.
    mutating func list(_ name: String, written objects: [[UInt8]]) {
        guard !objects.isEmpty else { return }
        self.name(name)
        var separator = UInt8(ascii: "[")
        for object in objects {
            self.json.raw(separator)
            self.json.raw(object)
            separator = UInt8(ascii: ",")
        }
        self.json.raw(UInt8(ascii: "]"))
        self.needsComma = true
    }

    /// Writes a field that is a list of points of one metric; an empty one is left out.
    ///
    /// Histories are long, so what is alike in every point is put together once.
    mutating func points(_ name: String, _ key: String, _ points: [Metric]) {
        guard !points.isEmpty else { return }
        var head = JSONWriter()
        head.raw(Self.firstKey)
        head.string(key)
        head.raw(Self.value)
        self.name(name)
        self.json.raw(UInt8(ascii: "["))
        for point in points {
            self.separate()
            self.json.raw(head.bytes)
            self.double(point.value)
            self.json.raw(Self.timestamp)
            self.json.integer(point.timestamp.milliseconds)
            self.json.raw(Self.step)
            self.json.integer(point.step)
            self.json.raw(UInt8(ascii: "}"))
        }
        self.json.raw(UInt8(ascii: "]"))
        self.needsComma = true
    }

    /// Writes a field that is a list of texts; an empty one is left out.
    mutating func strings(_ name: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        self.name(name)
        self.json.raw(UInt8(ascii: "["))
        for text in texts {
            self.separate()
            self.json.string(text)
            self.needsComma = true
        }
        self.json.raw(UInt8(ascii: "]"))
        self.needsComma = true
    }

    /// Writes a text; `nil` is left out.
    mutating func string(_ name: String, _ text: String?) {
        guard let text else { return }
        self.name(name)
        self.json.string(text)
        self.needsComma = true
    }

    /// Writes a text.
    mutating func string(_ field: MLflowField, _ text: String) {
        self.separate()
        self.json.raw(field.bytes)
        self.json.string(text)
        self.needsComma = true
    }

    /// Writes a whole number.
    mutating func integer(_ field: MLflowField, _ value: Int64) {
        self.separate()
        self.json.raw(field.bytes)
        self.json.integer(value)
        self.needsComma = true
    }

    /// Writes a double as ``double(_:_:)`` of a name does.
    mutating func double(_ field: MLflowField, _ value: Double) {
        self.separate()
        self.json.raw(field.bytes)
        self.double(value)
    }

    /// Writes a whole number as a JSON number; `nil` is left out.
    mutating func integer(_ name: String, _ value: Int64?) {
        guard let value else { return }
        self.name(name)
        self.json.integer(value)
        self.needsComma = true
    }

    /// Writes a moment in milliseconds since 1970; `nil` is left out.
    mutating func time(_ name: String, _ moment: EventTime?) {
        guard let moment else { return }
        self.integer(name, moment.milliseconds)
    }

    /// Writes a flag.
    mutating func boolean(_ name: String, _ flag: Bool) {
        self.name(name)
        self.json.boolean(flag)
        self.needsComma = true
    }

    /// Writes a double: `NaN` as that string, an infinity as the largest double of its sign.
    mutating func double(_ name: String, _ value: Double) {
        self.name(name)
        self.double(value)
    }

    private mutating func double(_ value: Double) {
        if value.isNaN {
            self.json.raw("\"NaN\"")
        } else if value.isInfinite {
            self.json.plain((value < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude).description)
        } else {
            self.json.number(value)
        }
        self.needsComma = true
    }

    /// Writes key and value objects by key.
    mutating func pairs(_ name: String, _ pairs: [String: String], keepsEmpty: Bool = false) {
        guard keepsEmpty || !pairs.isEmpty else { return }
        self.name(name)
        var separator = Self.firstKey
        self.json.raw(UInt8(ascii: "["))
        for pair in pairs.sorted(by: { $0.key < $1.key }) {
            self.json.raw(separator)
            self.json.string(pair.key)
            self.json.raw(Self.value)
            self.json.string(pair.value)
            self.json.raw(UInt8(ascii: "}"))
            separator = Self.nextKey
        }
        self.json.raw(UInt8(ascii: "]"))
        self.needsComma = true
    }

    private static let firstKey = Array(#"{"key":"#.utf8)
    private static let nextKey = Array(#",{"key":"#.utf8)
    private static let value = Array(#","value":"#.utf8)
    private static let timestamp = Array(#","timestamp":"#.utf8)
    private static let step = Array(#","step":"#.utf8)

    private mutating func name(_ name: String) {
        self.separate()
        self.json.raw(UInt8(ascii: "\""))
        self.json.plain(name)
        self.json.raw("\":")
        self.needsComma = false
    }

    private mutating func separate() {
        if self.needsComma { self.json.raw(UInt8(ascii: ",")) }
    }
}

extension EventTime {
    /// Milliseconds since 1970, rounded down.
    var milliseconds: Int64 {
        let (quotient, remainder) = self.microseconds.quotientAndRemainder(dividingBy: 1_000)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
