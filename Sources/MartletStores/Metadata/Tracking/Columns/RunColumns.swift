import MartletTracking

/// The runs of one experiment as columns in memory: what searches compare and sort by.
///
/// Holds what the database held at ``position`` in the journal of changes. A slot is a run; a run that went away leaves
/// its slot empty.
struct RunColumns: Sendable {
    /// Whether a run is there.
    enum Presence: UInt8, Sendable {
        case active
        case deleted
        case gone
    }

    let experiment: Int64
    /// The position in the journal up to which changes are in the columns.
    var position: Int64

    private(set) var rows: [Int64] = []
    private(set) var presences: [Presence] = []
    private(set) var startedAt: [Int64] = []
    /// The ids as numbers, whose order is that of the texts.
    private(set) var ids: [UInt128] = []
    private var slots: [Int64: Int32] = [:]
    private var goneCount = 0

    private(set) var numbers: [String: NumberColumn] = [:]
    private(set) var texts: [RunField: TextColumn] = [:]
    private(set) var ends: TimeColumn?
    /// Runs that were read whole.
    private var known = KnownRuns()

    init(experiment: Int64, position: Int64) {
        self.experiment = experiment
        self.position = position
    }

    /// How many slots there are.
    var count: Int { self.rows.count }

    /// Whether so many slots are empty that the columns are better read anew.
    var isSparse: Bool { self.goneCount > 1_000 && self.goneCount > self.rows.count / 4 }

    /// About how many bytes the columns take.
    var byteCount: Int {
        let perSlot = 2 * MemoryLayout<Int64>.stride + MemoryLayout<UInt128>.stride + 1 + 24
        var count = self.rows.count * (perSlot + self.numbers.count * NumberColumn.bytesPerSlot)
        if self.ends != nil { count += self.rows.count * TimeColumn.bytesPerSlot }
        return self.texts.values.reduce(count + self.known.byteCount) { $0 + $1.byteCount }
    }

    /// Whether searches can ask for `field` without reading it first; `nil` for a field that has no column.
    func has(_ field: RunField) -> Bool? {
        switch field {
        case .metric(let key): self.numbers[key] != nil
        case .parameter, .tag, .name, .user, .status: self.texts[field] != nil
        case .startedAt: true
        case .endedAt: self.ends != nil
        case .id, .artifactURI, .dataset: nil
        }
    }

    /// The slot of a run, by its row number.
    func slot(of row: Int64) -> Int? { self.slots[row].map { Int($0) } }

    /// Puts a run in its slot, a new one when it has none; its columns are empty then.
    mutating func put(_ row: Int64, id: UInt128, startedAt: Int64, _ presence: Presence) -> Int {
        if let slot = self.slot(of: row) {
            if self.presences[slot] == .gone { self.goneCount -= 1 }
            self.ids[slot] = id
            self.startedAt[slot] = startedAt
            self.presences[slot] = presence
            return slot
        }
        self.slots[row] = Int32(self.rows.count)
        self.rows.append(row)
        self.ids.append(id)
        self.startedAt.append(startedAt)
        self.presences.append(presence)
        return self.rows.count - 1
    }

    /// Empties the slot of a run, when it has one, in all columns.
    mutating func clear(_ row: Int64) {
        self.known.remove(row)
        guard let slot = self.slot(of: row) else { return }
        if self.presences[slot] != .gone { self.goneCount += 1 }
        self.presences[slot] = .gone
        for key in self.numbers.keys { self.numbers[key]?.clear(slot) }
        for field in self.texts.keys { self.texts[field]?.clear(slot) }
        self.ends?.set(nil, at: slot)
    }

    /// Makes all columns as long as there are slots.
    mutating func growColumns() {
        let count = self.rows.count
        for key in self.numbers.keys { self.numbers[key]?.grow(to: count) }
        for field in self.texts.keys { self.texts[field]?.grow(to: count) }
        self.ends?.grow(to: count)
    }

    /// Keeps a column that was read; `count` values long.
    mutating func add(_ column: NumberColumn, _ key: String) { self.numbers[key] = column }

    /// Keeps a column that was read.
    mutating func add(_ column: TextColumn, _ field: RunField) { self.texts[field] = column }

    /// Keeps a column that was read.
    mutating func add(_ column: TimeColumn) { self.ends = column }

    mutating func set(_ value: Double, isNaN: Bool, _ key: String, at slot: Int) {
        self.numbers[key]?.set(value, isNaN: isNaN, at: slot)
    }

    mutating func set(_ text: String, _ field: RunField, at slot: Int) { self.texts[field]?.set(text, at: slot) }

    mutating func setEnd(_ microseconds: Int64?, at slot: Int) { self.ends?.set(microseconds, at: slot) }

    /// A run that was read whole at ``position``.
    func run(_ row: Int64) -> Run? { self.known[row] }

    /// Keeps runs that were read whole at ``position``, by their row numbers.
    mutating func keep(_ runs: [Int64: Run]) { self.known.add(runs) }
}

/// Runs read whole, up to a bound; beyond it all are forgotten.
private struct KnownRuns: Sendable {
    /// How many params, tags, metrics and the like may be kept.
    private static let partLimit = 100_000

    private var runs: [Int64: Run] = [:]
    private var partCount = 0

    /// About how many bytes they take.
    var byteCount: Int { self.partCount * 150 }

    subscript(_ row: Int64) -> Run? { self.runs[row] }

    mutating func remove(_ row: Int64) {
        guard let run = self.runs.removeValue(forKey: row) else { return }
        self.partCount -= Self.parts(of: run)
    }

    mutating func add(_ runs: [Int64: Run]) {
        let more = runs.values.reduce(0) { $0 + Self.parts(of: $1) }
        guard more <= Self.partLimit else { return }
        if self.partCount + more > Self.partLimit { self = KnownRuns() }
        for (row, run) in runs {
            self.remove(row)
            self.runs[row] = run
        }
        self.partCount += more
    }

    private static func parts(of run: Run) -> Int {
        let inputs = run.datasets.count * 8 + run.inputModels.count + run.outputModels.count
        return 4 + run.parameters.count + run.metrics.count + run.tags.count + inputs
    }
}
