import MartletTracking
import Synchronization

/// The columns of the experiments that are searched, up to a bound of memory.
///
/// An experiment and a field are read into memory when they are asked for again, since reading them takes as long as some
/// searches of the database; with many runs, when they were asked for so often that reading them pays. A search sees its transaction's snapshot: columns that are behind it are brought up to it
/// first, and where they are ahead of it the database is asked.
final class RunColumnCache: Sendable {
    /// The columns of one experiment; one search at a time brings them up to date.
    private final class Table: Sendable {
        let columns = Mutex<RunColumns?>(nil)
    }

    private struct Entry {
        var table = Table()
        /// How often each field was asked for; the empty list is the experiment itself.
        var asked: [RunField?: Int] = [:]
        /// How many runs there were when that was first of interest.
        var runCount: Int?
        var byteCount = 0
        var lastUse = 0
    }

    private struct State {
        var entries: [Int64: Entry] = [:]
        var useCount = 0
    }

    /// The most experiments and fields of one that are counted.
    private static let entryLimit = 256
    private static let fieldLimit = 1_000

    /// How many times something is asked of the database before it is read into memory.
    private let patience: Int
    /// With more runs than this, reading takes long enough to be noticed, and is put off in proportion.
    private let promptLimit: Int
    private let byteLimit: Int
    private let state = Mutex(State())

    /// Keeps at most about `byteLimit` bytes.
    init(patience: Int = 1, promptLimit: Int = 20_000, byteLimit: Int = 64 << 20) {
        self.patience = patience
        self.promptLimit = promptLimit
        self.byteLimit = byteLimit
    }

    /// The page of `search`, or `nil` when the database must be asked for it.
    ///
    /// - Throws: what reading throws.
    func page(_ search: RunSearch, in database: any SQLConnection) throws -> (runs: [Run], hasMore: Bool)? {
        guard database.dialect == .sqlite, search.experimentIDs?.count == 1,
            let experiment = search.experimentIDs?.first.flatMap({ Int64($0) }),
            let fields = RunColumnSearch.fields(of: search),
            let table = try self.table(experiment, fields, database)
        else { return nil }
        let span = try RunChanges.span(in: database)
        guard let columns = try self.columns(of: table, experiment, fields, span, database),
            let page = try RunColumnSearch(search, columns).page(in: database)
        else { return nil }
        let known = page.rows.map { columns.run($0) }
        return (try self.runs(page.rows, known, at: span.last, table, database), page.hasMore)
    }

    /// Takes note that `fields` are asked for; the experiment's columns when it is time that it has some.
    private func table(
        _ experiment: Int64,
        _ fields: Set<RunField>,
        _ database: any SQLConnection
    ) throws -> Table? {
        let (entry, asked) = self.state.withLock { state in
            state.useCount += 1
            var entry = state.entries[experiment] ?? Entry()
            entry.lastUse = state.useCount
            if entry.asked.count > Self.fieldLimit { entry.asked = [:] }
            var least = Int.max
            for field in [nil] + fields.map(Optional.some) {
                let count = entry.asked[field, default: 0]
                least = min(least, count)
                entry.asked[field] = count + 1
            }
            state.entries[experiment] = entry
            if state.entries.count > Self.entryLimit { Self.removeOldest(&state) }
            return (entry, least)
        }
        guard asked >= self.patience else { return nil }
        let runCount = try entry.runCount ?? self.countRuns(of: experiment, database)
        return asked >= self.patience(withRuns: runCount) ? entry.table : nil
    }

    private func countRuns(of experiment: Int64, _ database: any SQLConnection) throws -> Int {
        let count: Int = try database.row("SELECT count(*) FROM runs WHERE experiment = ?", [experiment])?[0] ?? 0
        self.state.withLock { $0.entries[experiment]?.runCount = count }
        return count
    }

    /// Reading 1,000 runs of a large experiment costs about what columns save in one search of it.
    private func patience(withRuns count: Int) -> Int {
        count <= self.promptLimit ? self.patience : max(self.patience, count / max(1, self.promptLimit / 20))
    }

    /// The columns as the snapshot has them, with `fields`; `nil` when they cannot be.
    private func columns(
        of table: Table,
        _ experiment: Int64,
        _ fields: Set<RunField>,
        _ span: RunChanges.Span,
        _ database: any SQLConnection
    ) throws -> RunColumns? {
        let (columns, isLost) = try table.columns.withLock { kept -> (RunColumns?, isLost: Bool) in
            if let position = kept?.position, position > span.last { return (nil, false) }
            // What is half up to date when an error comes is worth nothing.
            var columns = try kept.take() ?? RunColumnRows.columns(of: experiment, at: span.last, in: database)
            if columns.position < span.last, try !RunColumnRows.update(&columns, to: span, in: database) {
                return (nil, true)
            }
            for field in fields where columns.has(field) == false {
                try RunColumnRows.read(field, into: &columns, database)
            }
            kept = columns
            return (columns, false)
        }
        if isLost {
            self.forget(experiment)
        } else if let columns {
            self.note(experiment, byteCount: columns.byteCount)
        }
        return columns
    }

    /// Has the columns of `experiment` asked for anew.
    private func forget(_ experiment: Int64) { self.state.withLock { $0.entries[experiment] = nil } }

    /// Takes note of how much memory the columns of `experiment` take, and makes room.
    private func note(_ experiment: Int64, byteCount: Int) {
        self.state.withLock { state in
            state.entries[experiment]?.byteCount = byteCount
            while state.entries.values.reduce(0, { $0 + $1.byteCount }) > self.byteLimit { Self.removeOldest(&state) }
        }
    }

    private static func removeOldest(_ state: inout State) {
        guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        state.entries[oldest.key] = nil
    }

    /// The runs with the row numbers `rows`: those `known` at `position`, and the others from the database.
    private func runs(
        _ rows: [Int64],
        _ known: [Run?],
        at position: Int64,
        _ table: Table,
        _ database: any SQLConnection
    ) throws -> [Run] {
        let missing = zip(rows, known).compactMap { $1 == nil ? $0 : nil }
        if missing.isEmpty { return known.compactMap(\.self) }
        let read = try RunRows.runs(numbered: missing, in: database)
        table.columns.withLock { kept in
            // Others may have gone on to a later position meanwhile.
            if kept?.position == position { kept?.keep(read) }
        }
        return zip(rows, known).compactMap { $1 ?? read[$0] }
    }
}
