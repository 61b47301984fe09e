/// A number as JSON writes it.
package struct JSONNumber {
    /// The nearest double; infinite when the number is too large.
    package let value: Double
    /// The exact value when it is written without fraction and exponent and fits 64 bits.
    package let integer: Int64?

    /// Reads the number at `index` and moves `index` behind it, or answers `nil` and leaves `index` where it was.
    ///
    /// Correctly rounded: a mantissa of at most 15 digits and a power of ten up to 22 are both exact doubles, so that
    /// one multiplication or division rounds once; every other number goes through the standard library.
    ///
    /// - Source: W. Clinger, "How to read floating point numbers accurately", 1990 (the fast path).
    static func read(_ bytes: [UInt8], _ index: inout Int) -> JSONNumber? {
        let start = index
        var position = start
        let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }

        var mantissa: UInt64 = 0
        var digitCount = 0
        let firstDigit = position
        Self.readDigits(bytes, &position, &mantissa, &digitCount)
        let wholeCount = position - firstDigit
        guard wholeCount > 0, wholeCount == 1 || bytes[firstDigit] != UInt8(ascii: "0") else { return nil }

        var exponent = 0
        var isWhole = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            let firstFraction = position
            Self.readDigits(bytes, &position, &mantissa, &digitCount)
            guard position > firstFraction else { return nil }
            exponent = firstFraction - position
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            guard let written = Self.readExponent(bytes, &position) else { return nil }
            exponent += written
        }
        index = position

        var value: Double
        if digitCount <= 15, abs(exponent) <= 22 {
            value = Double(mantissa)
            value = exponent < 0 ? value / Self.powers[-exponent] : value * Self.powers[exponent]
            if isNegative { value = -value }
        } else {
            value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) ?? .infinity
        }
        return JSONNumber(value: value, integer: isWhole ? Self.integer(bytes[start..<position], value) : nil)
    }

    /// Adds the digits at `position` to `mantissa` while they fit; leading zeros do not count.
    private static func readDigits(
        _ bytes: [UInt8],
        _ position: inout Int,
        _ mantissa: inout UInt64,
        _ digitCount: inout Int
    ) {
        while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
            if digitCount > 0 || digit > 0 { digitCount += 1 }
            if digitCount <= 15 { mantissa = mantissa * 10 + UInt64(digit) }
            position += 1
        }
    }

    /// Reads the sign and digits of an exponent; beyond four digits the size no longer matters.
    private static func readExponent(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        var sign = 1
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            if bytes[position] == UInt8(ascii: "-") { sign = -1 }
            position += 1
        }
        let first = position
        var exponent = 0
        while position < bytes.count, case let digit = bytes[position] &- 48, digit < 10 {
            if exponent < 10_000 { exponent = exponent * 10 + Int(digit) }
            position += 1
        }
        return position > first ? sign * exponent : nil
    }

    private static func integer(_ digits: ArraySlice<UInt8>, _ value: Double) -> Int64? {
        abs(value) < 1e15 ? Int64(value) : Int64(String(decoding: digits, as: UTF8.self))
    }

    /// 10⁰ to 10²², all exact.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
