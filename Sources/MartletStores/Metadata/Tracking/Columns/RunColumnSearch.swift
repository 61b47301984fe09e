import MartletCore
import MartletTracking

/// A search carried out on the columns of one experiment.
///
/// Finds what ``RunSearchSQL`` finds, in the same order.
struct RunColumnSearch {
    /// One key to sort by, with its column.
    private enum Key {
        case numbers(NumberColumn, isAscending: Bool)
        case texts(TextColumn, isAscending: Bool)
        case ends(TimeColumn, isAscending: Bool)
        case starts(isAscending: Bool)
    }

    /// A run with its place by the first key, as far as a number tells it; equal numbers may yet differ.
    private struct Candidate {
        let slot: Int32
        let rank: UInt8
        let number: Double

        init(_ slot: Int32, _ rank: UInt8, _ number: Double) {
            self.slot = slot
            self.rank = rank
            self.number = number
        }
    }

    /// The most texts of a column that are compared with a pattern; the database is as quick with more.
    private static let patternLimit = 5_000

    private let search: RunSearch
    private let columns: RunColumns

    /// Searches in `columns`, which have the fields of `search`.
    init(_ search: RunSearch, _ columns: RunColumns) {
        self.search = search
        self.columns = columns
    }

    /// The fields that `search` compares and sorts by, or `nil` when one of them has no column or is compared as it
    /// cannot be.
    static func fields(of search: RunSearch) -> Set<RunField>? {
        var fields: Set<RunField> = []
        for condition in search.conditions {
            let (field, fits) = Self.shape(of: condition)
            guard fits else { return nil }
            fields.insert(field)
        }
        for key in search.order {
            switch key.field {
            case .id, .artifactURI, .dataset: return nil
            default: fields.insert(key.field)
            }
        }
        return fields
    }

    private static func shape(of condition: RunCondition) -> (field: RunField, fits: Bool) {
        func isText(_ field: RunField) -> Bool {
            switch field {
            case .parameter, .tag, .name, .user, .status: true
            default: false
            }
        }
        switch condition {
        case .number(let field, let comparison, _):
            if case .metric = field { return (field, !comparison.isPattern) }
            return (field, false)
        case .text(let field, let comparison, _): return (field, isText(field) && !comparison.isOrder)
        case .time(let field, let comparison, _):
            return (field, (field == .startedAt || field == .endedAt) && !comparison.isPattern)
        case .anyOf(let field, _), .noneOf(let field, _): return (field, isText(field))
        case .exists(let field), .missing(let field):
            if case .metric = field { return (field, true) }
            return (field, isText(field) || field == .startedAt || field == .endedAt)
        }
    }

    /// The row numbers of the page, and whether more follow; `nil` when the database must be asked.
    func page(in database: any SQLConnection) throws -> (rows: [Int64], hasMore: Bool)? {
        var slots = self.present
        for condition in self.search.conditions {
            if slots.isEmpty { break }
            guard try self.keep(condition, &slots, database) else { return nil }
        }
        let end = self.search.offset + self.search.limit
        let first = self.first(end + 1, of: slots)
        let rows = first.dropFirst(self.search.offset).prefix(self.search.limit).map { self.columns.rows[Int($0)] }
        return (rows, first.count > end)
    }

    /// The runs in the lifecycle asked for.
    private var present: [Int32] {
        let presences = self.columns.presences
        let wanted: RunColumns.Presence? = self.search.lifecycle.map { $0 == .active ? .active : .deleted }
        var slots: [Int32] = []
        slots.reserveCapacity(presences.count)
        for slot in presences.indices {
            let presence = presences[slot]
            if presence == wanted || wanted == nil && presence != .gone { slots.append(Int32(slot)) }
        }
        return slots
    }

    /// Keeps the runs that meet `condition`.
    ///
    /// - Returns: whether the columns can tell.
    private func keep(
        _ condition: RunCondition,
        _ slots: inout [Int32],
        _ database: any SQLConnection
    ) throws -> Bool {
        switch condition {
        case .number(.metric(let key), let comparison, let number):
            guard let column = self.columns.numbers[key] else { return false }
            Self.keep(&slots, column, comparison, number)
        case .time(let field, let comparison, let time):
            let test = Self.test(comparison, time.microseconds)
            let starts = self.columns.startedAt
            if field == .startedAt {
                slots.removeAll { !test(starts[Int($0)]) }
            } else {
                guard let ends = self.columns.ends?.values else { return false }
                slots.removeAll { !(ends[Int($0)].map(test) ?? false) }
            }
        case .text(let field, let comparison, let text):
            guard let column = self.columns.texts[field],
                let met = try Self.codes(column, comparison, text, database)
            else { return false }
            met.keep(&slots, column)
        case .anyOf(let field, let values), .noneOf(let field, let values):
            guard let column = self.columns.texts[field] else { return false }
            var met = TextCodes(column, isMet: false)
            for value in values { met.insert(column.code(of: value)) }
            if case .noneOf = condition { met.invert() }
            met.keep(&slots, column)
        case .exists(let field): return self.keep(&slots, having: field, true)
        case .missing(let field): return self.keep(&slots, having: field, false)
        case .number: return false
        }
        return true
    }

    private static func keep(
        _ slots: inout [Int32],
        _ column: NumberColumn,
        _ comparison: SearchComparison,
        _ number: Double
    ) {
        let (kinds, values) = (column.kinds, column.values)
        if number.isNaN {
            // A comparison with NaN is met by all that have the metric, or by none.
            slots.removeAll { comparison != .notEqual || kinds[Int($0)] == .missing }
        } else if comparison == .notEqual {
            slots.removeAll {
                kinds[Int($0)] == .missing || kinds[Int($0)] == .number && values[Int($0)] == number
            }
        } else {
            let test = Self.test(comparison, number)
            slots.removeAll { kinds[Int($0)] != .number || !test(values[Int($0)]) }
        }
    }

    private func keep(_ slots: inout [Int32], having field: RunField, _ isThere: Bool) -> Bool {
        switch field {
        case .metric(let key):
            guard let kinds = self.columns.numbers[key]?.kinds else { return false }
            slots.removeAll { (kinds[Int($0)] != .missing) != isThere }
        case .endedAt:
            guard let ends = self.columns.ends?.values else { return false }
            slots.removeAll { (ends[Int($0)] != nil) != isThere }
        case .startedAt: if !isThere { slots = [] }
        default:
            guard let codes = self.columns.texts[field]?.codes else { return false }
            slots.removeAll { (codes[Int($0)] != TextColumn.missing) != isThere }
        }
        return true
    }

    private static func test<Value: Comparable>(_ comparison: SearchComparison, _ bound: Value) -> (Value) -> Bool {
        switch comparison {
        case .equal: { $0 == bound }
        case .notEqual: { $0 != bound }
        case .less: { $0 < bound }
        case .lessOrEqual: { $0 <= bound }
        case .greater: { $0 > bound }
        case .greaterOrEqual: { $0 >= bound }
        case .like, .caseInsensitiveLike: { _ in false }
        }
    }

    /// The texts of `column` that compare with `text`, or `nil` when they are too many.
    private static func codes(
        _ column: TextColumn,
        _ comparison: SearchComparison,
        _ text: String,
        _ database: any SQLConnection
    ) throws -> TextCodes? {
        var met = TextCodes(column, isMet: false)
        guard comparison.isPattern else {
            met.insert(column.code(of: text))
            if comparison == .notEqual { met.invert() }
            return met
        }
        guard column.texts.count <= Self.patternLimit,
            let test = SQLFragment.text("?", comparison, text, database.dialect)
        else { return nil }
        for (code, candidate) in column.texts.enumerated() {
            try database.scan("SELECT \(test.sql)", [candidate] + test.arguments) { row in
                if row.integer(0) != 0 { met.insert(Int32(code)) }
            }
        }
        return met
    }

    /// The first `count` of `slots` in the order asked for.
    private func first(_ count: Int, of slots: [Int32]) -> [Int32] {
        let keys = self.keys
        let sortsByStart = self.search.order.contains { $0.field == .startedAt }
        let (starts, ids) = (self.columns.startedAt, self.columns.ids)
        func comesFirst(_ lhs: Candidate, _ rhs: Candidate) -> Bool {
            if lhs.rank != rhs.rank { return lhs.rank < rhs.rank }
            if lhs.number != rhs.number { return lhs.number < rhs.number }
            let (lhs, rhs) = (Int(lhs.slot), Int(rhs.slot))
            for key in keys {
                let order = Self.order(lhs, rhs, key, starts)
                if order != 0 { return order < 0 }
            }
            if !sortsByStart, starts[lhs] != starts[rhs] { return starts[lhs] > starts[rhs] }
            return ids[lhs] < ids[rhs]
        }
        var best: [Candidate] = []
        best.reserveCapacity(min(slots.count, 2 * count))
        // Holds the first ones so far, and at most as many again that may be among them.
        var last: Candidate?
        for candidate in self.candidates(slots, keys.first) {
            if let last, !comesFirst(candidate, last) { continue }
            best.append(candidate)
            if best.count == 2 * count {
                best.sort(by: comesFirst)
                best.removeLast(count)
                last = best[count - 1]
            }
        }
        best.sort(by: comesFirst)
        return best.prefix(count).map(\.slot)
    }

    /// `slots` with what can be said of their order by the first key alone.
    private func candidates(_ slots: [Int32], _ key: Key?) -> [Candidate] {
        func ordered(_ number: Double, _ isAscending: Bool) -> Double { isAscending ? number : -number }
        switch key {
        case .numbers(let column, let isAscending):
            let (kinds, values) = (column.kinds, column.values)
            return slots.map {
                let (kind, value) = (kinds[Int($0)], values[Int($0)])
                return Candidate($0, kind.rawValue, kind == .number ? ordered(value, isAscending) : 0)
            }
        case .texts(let column, _):
            let codes = column.codes
            return slots.map { Candidate($0, codes[Int($0)] == TextColumn.missing ? 1 : 0, 0) }
        case .ends(let column, let isAscending):
            let values = column.values
            return slots.map { slot in
                values[Int(slot)].map { Candidate(slot, 0, ordered(Double($0), isAscending)) } ?? Candidate(slot, 1, 0)
            }
        case .starts, nil:
            var isAscending = false
            if case .starts(let ascending) = key { isAscending = ascending }
            let starts = self.columns.startedAt
            return slots.map { Candidate($0, 0, ordered(Double(starts[Int($0)]), isAscending)) }
        }
    }

    private var keys: [Key] {
        self.search.order.compactMap { key in
            switch key.field {
            case .metric(let name): self.columns.numbers[name].map { .numbers($0, isAscending: key.isAscending) }
            case .startedAt: .starts(isAscending: key.isAscending)
            case .endedAt: self.columns.ends.map { .ends($0, isAscending: key.isAscending) }
            default: self.columns.texts[key.field].map { .texts($0, isAscending: key.isAscending) }
            }
        }
    }

    /// Which slot comes first by `key`: below 0 for `lhs`, above 0 for `rhs`.
    ///
    /// What lacks a value comes last, after `NaN`.
    private static func order(_ lhs: Int, _ rhs: Int, _ key: Key, _ starts: [Int64]) -> Int {
        switch key {
        case .numbers(let column, let isAscending):
            let kinds = (column.kinds[lhs], column.kinds[rhs])
            if kinds.0 != kinds.1 { return kinds.0.rawValue < kinds.1.rawValue ? -1 : 1 }
            guard kinds.0 == .number else { return 0 }
            return Self.order(column.values[lhs], column.values[rhs], isAscending)
        case .texts(let column, let isAscending):
            let codes = (column.codes[lhs], column.codes[rhs])
            if codes.0 == codes.1 { return 0 }
            if codes.0 == TextColumn.missing { return 1 }
            if codes.1 == TextColumn.missing { return -1 }
            let isLess = column.texts[Int(codes.0)].utf8.lexicographicallyPrecedes(column.texts[Int(codes.1)].utf8)
            return isLess == isAscending ? -1 : 1
        case .ends(let column, let isAscending):
            switch (column.values[lhs], column.values[rhs]) {
            case (nil, nil): return 0
            case (nil, _): return 1
            case (_, nil): return -1
            case (let left?, let right?): return Self.order(left, right, isAscending)
            }
        case .starts(let isAscending): return Self.order(starts[lhs], starts[rhs], isAscending)
        }
    }

    private static func order<Value: Comparable>(_ lhs: Value, _ rhs: Value, _ isAscending: Bool) -> Int {
        if lhs == rhs { return 0 }
        return (lhs < rhs) == isAscending ? -1 : 1
    }
}

/// Some of the texts of a column.
private struct TextCodes {
    private var isMet: [Bool]

    init(_ column: TextColumn, isMet: Bool) { self.isMet = Array(repeating: isMet, count: column.texts.count) }

    /// Takes a text; `nil` is one that the column does not have.
    mutating func insert(_ code: Int32?) {
        if let code { self.isMet[Int(code)] = true }
    }

    mutating func invert() {
        for index in self.isMet.indices { self.isMet[index].toggle() }
    }

    /// Keeps the slots that hold one of the texts.
    func keep(_ slots: inout [Int32], _ column: TextColumn) {
        let (codes, isMet) = (column.codes, self.isMet)
        slots.removeAll {
            let code = codes[Int($0)]
            return code == TextColumn.missing || !isMet[Int(code)]
        }
    }
}
