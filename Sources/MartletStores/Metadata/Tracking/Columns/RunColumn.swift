import MartletTracking

/// The numbers of a metric, one for each slot.
struct NumberColumn: Sendable {
    /// What a slot holds, in the order of a sorted search.
    enum Kind: UInt8, Sendable {
        case number
        case notANumber
        case missing
    }

    private(set) var values: [Double] = []
    private(set) var kinds: [Kind] = []

    /// Makes room for slots that hold nothing.
    mutating func grow(to count: Int) {
        let more = count - self.values.count
        guard more > 0 else { return }
        self.values.append(contentsOf: repeatElement(0, count: more))
        self.kinds.append(contentsOf: repeatElement(.missing, count: more))
    }

    mutating func set(_ value: Double, isNaN: Bool, at slot: Int) {
        self.values[slot] = isNaN ? 0 : value
        self.kinds[slot] = isNaN ? .notANumber : .number
    }

    mutating func clear(_ slot: Int) { self.kinds[slot] = .missing }

    static let bytesPerSlot = MemoryLayout<Double>.stride + MemoryLayout<Kind>.stride
}

/// The texts of a param, a tag or an attribute, one for each slot; every text is kept once.
struct TextColumn: Sendable {
    /// A text that equals another when their bytes do, as the database has it.
    private struct Exact: Hashable {
        let text: String

        static func == (lhs: Exact, rhs: Exact) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }
    }

    /// The code of a slot without a text.
    static let missing: Int32 = -1

    /// For each slot the position of its text in ``texts``.
    private(set) var codes: [Int32] = []
    private(set) var texts: [String] = []
    private var known: [Exact: Int32] = [:]
    private var textBytes = 0

    /// Makes room for slots that hold nothing.
    mutating func grow(to count: Int) {
        let more = count - self.codes.count
        if more > 0 { self.codes.append(contentsOf: repeatElement(Self.missing, count: more)) }
    }

    mutating func set(_ text: String, at slot: Int) {
        let key = Exact(text: text)
        if let code = self.known[key] {
            self.codes[slot] = code
            return
        }
        let code = Int32(self.texts.count)
        self.texts.append(text)
        self.known[key] = code
        self.textBytes += text.utf8.count
        self.codes[slot] = code
    }

    mutating func clear(_ slot: Int) { self.codes[slot] = Self.missing }

    /// The code of a text, or `nil` when no slot has ever held it.
    func code(of text: String) -> Int32? { self.known[Exact(text: text)] }

    /// About how many bytes the column takes.
    var byteCount: Int { self.codes.count * MemoryLayout<Int32>.stride + self.texts.count * 80 + self.textBytes * 2 }
}

/// The moments at which runs ended, one for each slot.
struct TimeColumn: Sendable {
    private(set) var values: [Int64?] = []

    /// Makes room for slots that hold nothing.
    mutating func grow(to count: Int) {
        let more = count - self.values.count
        if more > 0 { self.values.append(contentsOf: repeatElement(nil, count: more)) }
    }

    mutating func set(_ microseconds: Int64?, at slot: Int) { self.values[slot] = microseconds }

    static let bytesPerSlot = MemoryLayout<Int64?>.stride
}
