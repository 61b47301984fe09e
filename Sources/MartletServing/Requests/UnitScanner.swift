import MartletCore

/// Finds the `unit` of a predict body before it is known which model will read the rest.
enum UnitScanner {
    /// The text of the first `unit` of the body; `nil` when there is none or the body cannot be read.
    ///
    /// What is wrong with the body is left to ``PredictionRequestParser`` to say.
    static func unit(in body: [UInt8]) -> String? {
        var scanner = JSONScanner(body)
        return try? Self.unit(&scanner)
    }

    private static func unit(_ scanner: inout JSONScanner) throws(ServingError) -> String? {
        try scanner.expect(UInt8(ascii: "{"), "'{'")
        guard !scanner.consume(UInt8(ascii: "}")) else { return nil }
        repeat {
            let key = try scanner.readString()
            try scanner.expect(UInt8(ascii: ":"), "':'")
            if scanner.matches(key, PredictionRequestParser.unitKey) {
                let text = try scanner.readString()
                return scanner.string(text)
            }
            try scanner.skipValue()
        } while try scanner.hasNext(before: UInt8(ascii: "}"))
        return nil
    }
}
