package import MartletCore

/// Writes JSON straight into bytes.
///
/// The caller keeps the grammar: it writes keys, colons and commas itself, mostly as literals made once per model.
package struct JSONWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []

    /// Starts with room for `capacity` bytes.
    package init(capacity: Int = 512) { self.bytes.reserveCapacity(capacity) }

    /// Appends bytes that are JSON already.
    package mutating func raw(_ json: [UInt8]) { self.bytes.append(contentsOf: json) }

    /// Appends a literal that is JSON already.
    package mutating func raw(_ json: String) { self.bytes.append(contentsOf: json.utf8) }

    /// Appends text that needs no escapes.
    package mutating func plain(_ text: String) { self.bytes.append(contentsOf: text.utf8) }

    /// Appends one byte that is JSON already.
    package mutating func raw(_ byte: UInt8) { self.bytes.append(byte) }

    /// Appends text with quotes and escapes.
    package mutating func string(_ text: String) {
        self.bytes.append(UInt8(ascii: "\""))
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            self.bytes.append(contentsOf: text.utf8)
            self.bytes.append(UInt8(ascii: "\""))
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.bytes.append(UInt8(ascii: "\\"))
                self.bytes.append(byte)
            case 0..<0x20:
                self.raw("\\u00")
                self.bytes.append(Self.hexDigit(byte >> 4))
                self.bytes.append(Self.hexDigit(byte & 15))
            default:
                self.bytes.append(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a whole number.
    package mutating func integer(_ value: Int64) {
        guard value < 0 || value > 9 else { return self.bytes.append(48 + UInt8(value)) }
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var length = 0
        var left = rest
        while left > 0 {
            left /= 10
            length += 1
        }
        self.bytes.append(contentsOf: repeatElement(0, count: length))
        for position in 1...length {
            self.bytes[self.bytes.count - position] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Appends a number in the fewest digits that read back as the same double; `null` when it is not finite.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return self.raw("null") }
        if value == value.rounded(.towardZero), abs(value) < 1e15, !(value == 0 && value.sign == .minus) {
            return self.integer(Int64(value))
        }
        self.bytes.append(contentsOf: value.description.utf8)
    }

    /// Appends `true` or `false`.
    package mutating func boolean(_ value: Bool) { value ? self.raw("true") : self.raw("false") }

    /// Appends a cell; times as ISO 8601 text.
    package mutating func value(_ value: Value) {
        switch value {
        case .null: self.raw("null")
        case .boolean(let flag): self.boolean(flag)
        case .int64(let number): self.integer(number)
        case .float64(let number): self.number(number)
        case .string(let text): self.string(text)
        case .time(let moment): self.time(moment)
        }
    }

    /// Appends a moment as quoted ISO 8601 in UTC, with six digits of fraction unless they are zero.
    package mutating func time(_ moment: EventTime) {
        let day = Self.floorDivide(moment.microseconds, 86_400_000_000)
        let rest = moment.microseconds - day * 86_400_000_000
        let date = Self.civil(day)
        guard (0...9999).contains(date.year) else { return self.string(moment.description) }
        let seconds = rest / 1_000_000
        let fraction = rest % 1_000_000
        self.bytes.append(UInt8(ascii: "\""))
        self.digits(date.year, 4)
        self.bytes.append(UInt8(ascii: "-"))
        self.digits(date.month, 2)
        self.bytes.append(UInt8(ascii: "-"))
        self.digits(date.day, 2)
        self.bytes.append(UInt8(ascii: "T"))
        self.digits(seconds / 3600, 2)
        self.bytes.append(UInt8(ascii: ":"))
        self.digits(seconds / 60 % 60, 2)
        self.bytes.append(UInt8(ascii: ":"))
        self.digits(seconds % 60, 2)
        if fraction != 0 {
            self.bytes.append(UInt8(ascii: "."))
            self.digits(fraction, 6)
        }
        self.raw("Z\"")
    }

    private mutating func digits(_ value: Int64, _ count: Int) {
        var power: Int64 = 1
        for _ in 1..<count { power *= 10 }
        while power > 0 {
            self.bytes.append(48 + UInt8(value / power % 10))
            power /= 10
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01, by whole 400-year eras that start on 1 March.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}
