/// One of the five fields of a cron expression, as the set of values it allows.
struct CronField: Sendable, Hashable {
    /// What the field counts.
    enum Kind: String, Sendable {
        case minute, hour
        case dayOfMonth = "day of month"
        case month
        case dayOfWeek = "day of week"

        /// The values that may be written; Sunday is 0 and 7.
        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...7
            }
        }

        /// The names that stand for values, the first for the first value.
        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            case .minute, .hour, .dayOfMonth: []
            }
        }
    }

    /// The allowed values, ascending.
    let values: [Int]
    /// Whether the field was written with a star, which leaves the choice of days to the other day field.
    let isOpen: Bool

    /// Whether `value` is allowed.
    func contains(_ value: Int) -> Bool { self.values.contains(value) }

    /// Reads a list of `*`, `5`, `1-5`, each with an optional step such as `*/15`.
    ///
    /// - Returns: a sentence in place of the field when the text is not one.
    static func read(_ text: String, _ kind: Kind) -> Result<CronField, CronFault> {
        var allowed: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch self.values(of: String(part), kind) {
            case .success(let values): allowed.formUnion(values)
            case .failure(let fault): return .failure(fault)
            }
        }
        if kind == .dayOfWeek, allowed.remove(7) != nil { allowed.insert(0) }
        return .success(CronField(values: allowed.sorted(), isOpen: text.hasPrefix("*")))
    }

    private static func values(of part: String, _ kind: Kind) -> Result<[Int], CronFault> {
        let pieces = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count <= 2, let body = pieces.first, !body.isEmpty else { return .failure(.part(part, kind)) }
        var step = 1
        if pieces.count == 2 {
            guard let written = Int(pieces[1]), written > 0 else { return .failure(.part(part, kind)) }
            step = written
        }
        let bounds: ClosedRange<Int>
        if body == "*" {
            bounds = kind == .dayOfWeek ? 0...6 : kind.range
        } else {
            let ends = body.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard ends.count <= 2, let first = self.value(ends[0], kind) else { return .failure(.part(part, kind)) }
            if ends.count == 1 {
                bounds = pieces.count == 2 ? first...max(first, kind.range.upperBound) : first...first
            } else {
                guard var last = self.value(ends[1], kind) else { return .failure(.part(part, kind)) }
                // A week may be written to its end: fri-sun.
                if kind == .dayOfWeek, last == 0, first > 0 { last = 7 }
                guard first <= last else { return .failure(.backwards(part, kind)) }
                bounds = first...last
            }
        }
        return .success(Array(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step)))
    }

    private static func value(_ text: String, _ kind: Kind) -> Int? {
        if let position = kind.names.firstIndex(of: text.lowercased()) { return position + kind.range.lowerBound }
        guard !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(text),
            kind.range.contains(value)
        else { return nil }
        return value
    }
}

/// Why a text is no cron expression.
struct CronFault: Error, Sendable, Hashable {
    let sentence: String

    static func part(_ part: String, _ kind: CronField.Kind) -> CronFault {
        let names = kind.names.isEmpty ? "" : ", or a name such as \(kind.names[1])"
        return CronFault(
            sentence: "'\(part)' is no \(kind.rawValue); write *, \(kind.range.lowerBound) to \(kind.range.upperBound)"
                + "\(names), a range such as 1-5, a step such as */2, or a list of them"
        )
    }

    static func backwards(_ part: String, _ kind: CronField.Kind) -> CronFault {
        CronFault(sentence: "the range '\(part)' of the \(kind.rawValue) runs backwards; write the smaller value first")
    }
}
