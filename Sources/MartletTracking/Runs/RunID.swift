/// The identifier of a run: 32 lower-case hexadecimal digits.
package struct RunID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let description: String

    /// Takes an identifier written before, or `nil` when `text` is not 32 lower-case hexadecimal digits.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        self.description = text
    }

    /// Draws a new identifier of 128 random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        let digits = [UInt64.random(in: 0...UInt64.max, using: &generator), .random(in: 0 ... .max, using: &generator)]
        self.description =
            digits.map { number in
                let text = String(number, radix: 16)
                return String(repeating: "0", count: 16 - text.count) + text
            }
            .joined()
    }

    /// Draws a new identifier from the system's random numbers.
    package static func random() -> RunID {
        var generator = SystemRandomNumberGenerator()
        return RunID(using: &generator)
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = RunID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a run id of 32 hexadecimal digits")
            )
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    package static func < (lhs: RunID, rhs: RunID) -> Bool { lhs.description < rhs.description }

    /// The first 8 digits, for tables a person reads.
    package var short: String { String(self.description.prefix(8)) }
}
