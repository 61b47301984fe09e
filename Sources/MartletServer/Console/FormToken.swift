/// The secret that ties a form to the browser it was made for.
enum FormToken {
    /// How many characters a token has.
    static let length = 64

    /// Draws 256 random bits.
    static func draw() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4)
            .map { _ in
                let text = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
                return String(repeating: "0", count: 16 - text.count) + text
            }
            .joined()
    }
}
