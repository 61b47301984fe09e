import MartletTracking

/// How a search finds its page.
struct RunSearchPlan: Sendable, Equatable {
    /// Where it begins.
    enum Start: Sendable, Equatable {
        /// Along the order's own index.
        case walk
        /// From the rows of the condition at this position.
        case condition(Int)
        /// From the runs of the experiments.
        case experiments
    }

    var start: Start
    /// The positions of the conditions in the order they are asked; `nil` for the order they were written in.
    var ranking: [Int]?
}

/// Chooses the plan of a search from what a sample of the runs and the indexes say.
///
/// The unit of cost is one row looked up by its key. A walk passes as many rows as it takes to fill the page: the wanted
/// ones over the fraction that meets all conditions. A start from a condition passes all of its rows, in the order of the
/// file, and has to sort what is left. The conditions that fewest runs meet are asked first.
struct RunSearchPlanner {
    /// How many runs, evenly spread, are looked at.
    private static let sampleSize = 32
    /// How many of them a condition is tried on from whose rows a search may begin: a wrong guess costs most there.
    private static let sourceSampleSize = 96
    /// The fraction up to which a sample does not tell how many there are.
    private static let rareFraction = 0.04
    /// The most rows of an index that are counted.
    private static let countLimit = 20_000.0
    /// The price of the next row of an index, of a lookup near the last one, and of what is done with a row that is left.
    private static let nextRow = 0.2
    private static let nearLookup = 0.6
    /// The price of the next row of an index over the beginning of a text, for which the row itself is read too.
    private static let nextTextRow = 0.7
    private static let sortedRow = 1.5

    private let query: RunSearchSQL
    private let database: any SQLConnection
    /// The number of the newest run, which is how many there are when few were removed.
    private let total: Int64

    /// Plans `query` for the runs of `database`.
    init(_ query: RunSearchSQL, _ database: any SQLConnection) throws {
        self.query = query
        self.database = database
        self.total = try database.row(#"SELECT max("row") AS total FROM runs"#, [])?["total"] ?? 0
    }

    /// The cheapest plan.
    func plan() throws -> RunSearchPlan {
        let range = try self.range()
        let sample = Self.sample(of: range, Self.sampleSize)
        let sourceSample = Self.sample(of: range, Self.sourceSampleSize)
        let fractions = try self.query.conditions
            .map { try self.fraction($0, of: $0.source == nil ? sample : sourceSample) }
        let ranking = fractions.indices.sorted { (fractions[$0], $0) < (fractions[$1], $1) }
        let ranked = ranking.map { fractions[$0] }
        let met = ranked.reduce(1, *)
        let walk = try self.walk()
        let wanted = Double(self.query.search.limit + self.query.search.offset + 1)
        let passed = min(walk.rows, wanted / max(met * walk.share, 1e-9))
        var best = (cost: passed * (Self.nextRow + Self.chain(ranked)), start: RunSearchPlan.Start.walk)

        for (position, index) in ranking.enumerated() {
            guard let source = self.query.conditions[index].source else { continue }
            let others = ranked.enumerated().filter { $0.offset != position }.map(\.element)
            let row = source.table == "latest_metrics" ? Self.nextRow : Self.nextTextRow
            let price = row + Self.nearLookup * Self.chain(others) + Self.sortedRow * others.reduce(1, *)
            // What the sample shows to be dearer is not counted, since counting has its price too.
            let isSeen = fractions[index] > Self.rareFraction
            if isSeen, Double(range.count) * fractions[index] * price > best.cost { continue }
            let probe = SQLFragment("SELECT 1 FROM \(source.table) d WHERE ") + source.test
            guard let count = try self.count(probe, upTo: best.cost / price) else { continue }
            if count * price < best.cost { best = (count * price, .condition(index)) }
        }
        if let experiments = self.query.experiments, !walk.isOneExperiment {
            let price = Self.nextRow + Self.nearLookup * Self.chain(ranked) + Self.sortedRow * met
            let probe = SQLFragment("SELECT 1 FROM runs r WHERE ") + .all([experiments] + self.query.lifecycle)
            if walk.share <= Self.rareFraction || Double(self.total) * walk.share * price < best.cost,
                let count = try self.count(probe, upTo: best.cost / price), count * price < best.cost
            {
                best = (count * price, .experiments)
            }
        }
        return RunSearchPlan(start: best.start, ranking: ranking)
    }

    /// How many rows a walk may pass, what fraction of them is in the experiments, and whether its index holds one alone.
    private func walk() throws -> (rows: Double, share: Double, isOneExperiment: Bool) {
        let total = Double(self.total)
        guard let experiments = self.query.experiments else { return (total, 1, false) }
        let sample = Self.sample(of: 1...max(self.total, 1), Self.sampleSize)
        let inside = SQLFragment.all([experiments] + self.query.lifecycle)
        let first = self.query.search.order.first?.field ?? .startedAt
        if case .metric(let key) = first {
            let having = try self.fraction("latest_metrics o", "o.run", SQLFragment("o.key = ?", [key]), of: sample)
            let test = SQLFragment("o.key = ? AND ", [key]) + inside
            let both = try self.fraction(#"latest_metrics o JOIN runs r ON r."row" = o.run"#, "o.run", test, of: sample)
            return (total * having, both / having, false)
        }
        let share = try self.fraction("runs r", #"r."row""#, inside, of: sample)
        let isOneExperiment = first == .startedAt && experiments.arguments.count == 1
        return isOneExperiment ? (total * share, 1, true) : (total, share, false)
    }

    /// The numbers between which the runs of the experiment lie, those of all when several or none are named.
    private func range() throws -> ClosedRange<Int64> {
        let all = 1...max(self.total, 1)
        guard let experiments = self.query.experiments, experiments.arguments.count == 1,
            let lifecycle = self.query.lifecycle.first
        else { return all }
        let ends = try ["ASC", "DESC"]
            .compactMap { direction -> Int64? in
                let statement =
                    SQLFragment(#"SELECT r."row" FROM runs r WHERE "#) + .all([experiments, lifecycle])
                    + SQLFragment(" ORDER BY r.started_at \(direction) LIMIT 1")
                return try self.database.row(statement.sql, statement.arguments)?[0]
            }
        guard let low = ends.min(), let high = ends.max() else { return all }
        return low...high
    }

    /// How many lookups a row costs when the conditions are asked until one is not met.
    private static func chain(_ fractions: [Double]) -> Double {
        var cost = 0.0
        var left = 1.0
        for fraction in fractions {
            cost += left
            left *= fraction
        }
        return cost
    }

    /// Numbers evenly spread over `range`.
    private static func sample(of range: ClosedRange<Int64>, _ size: Int) -> [Int64] {
        let step = max(Double(range.count) / Double(size), 1)
        return (0..<size).map { range.lowerBound + Int64((Double($0) + 0.5) * step) }
    }

    /// What fraction of the sampled runs meets `condition`.
    private func fraction(_ condition: RunConditionSQL, of sample: [Int64]) throws -> Double {
        guard let joined = condition.joined else {
            guard let test = condition.test else { return 1 }
            return try self.fraction("runs r", #"r."row""#, test, of: sample)
        }
        let table = "\(joined.table) \(condition.alias)"
        return try self.fraction(table, "\(condition.alias).run", joined.test, of: sample)
    }

    /// None of the sample counts as half a run: a sample cannot tell few from none.
    private func fraction(
        _ table: String,
        _ column: String,
        _ test: SQLFragment,
        of sample: [Int64]
    ) throws -> Double {
        let statement =
            SQLFragment("SELECT count(*) FROM \(table) WHERE ") + .list(column, sample) + SQLFragment(" AND ") + test
        let count = try self.database.row(statement.sql, statement.arguments)?[0] as Int? ?? 0
        return max(Double(count), 0.5) / Double(sample.count)
    }

    /// How many rows `probe` has, or `nil` when they are more than `limit`.
    private func count(_ probe: SQLFragment, upTo limit: Double) throws -> Double? {
        let limit = Int(min(max(limit, 100), Self.countLimit))
        let statement = SQLFragment("SELECT count(*) FROM (") + probe + SQLFragment(" LIMIT ?) AS probe", [limit])
        let count = try self.database.row(statement.sql, statement.arguments)?[0] as Int? ?? 0
        return count < limit ? Double(count) : nil
    }
}
