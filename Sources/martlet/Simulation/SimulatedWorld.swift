import Foundation
import MartletCore
import MartletEngines
import MartletFeatures
import MartletStores
import MartletTraining

/// What visitors can look at, and what will come true of it: the rows of a recipe over all data there will be.
///
/// It is read once, in a folder of its own, from the workspace's own definitions; the simulated workspace sees a row only
/// when it has arrived.
struct SimulatedWorld: Sendable {
    /// One row of the recipe.
    struct Row: Sendable {
        let at: EventTime
        /// The input as a request sends it.
        let input: String
        let label: Double
    }

    /// In the order of their moments.
    let rows: [Row]
    /// The label above which the dearest fifth lies.
    let dear: Double

    /// Fewer rows are too few to choose from.
    private static let fewest = 40

    /// Reads the rows of `recipe` in the workspace of `application`, whose sources are loaded whole.
    ///
    /// - Throws: `CommandError` with `simulation.invalid` when there are too few.
    init(_ recipe: Recipe, _ application: Application) async throws {
        let keys =
            try recipe.featureService
            .map { try application.catalog().service($0.value).joinKeys.map(\.name) } ?? []
        let features = recipe.requestFeatures.entries.map(\.name)
        let (label, timestamp) = (recipe.label.value, recipe.loader.timestamp.value)
        var sql = recipe.loader.sql.value[...]
        while let last = sql.last, last.isWhitespace || last == ";" { sql.removeLast() }
        let text = String(sql)
        let batch = try await application.warehouse().withConnection(readOnly: true) { try $0.query(text) }
        var rows: [Row] = []
        for index in 0..<batch.rowCount {
            guard case .time(let moment)? = batch[timestamp]?[index], let value = batch[label]?[index],
                value.number.isFinite
            else { continue }
            func object(_ names: [String]) -> JSONValue {
                let members = names.compactMap { name -> (String, JSONValue)? in
                    guard let cell = batch[name]?[index], !cell.isMissing else { return nil }
                    return (name, cell.json)
                }
                return .object(Dictionary(members) { first, _ in first })
            }
            var input: [String: JSONValue] = ["features": object(features)]
            if !keys.isEmpty { input["entities"] = object(keys) }
            rows.append(Row(at: moment, input: JSONValue.object(input).canonicalText, label: value.number))
        }
        rows.sort { ($0.at, $0.input, $0.label) < ($1.at, $1.input, $1.label) }
        guard rows.count >= Self.fewest else {
            throw CommandError(
                .simulationInvalid,
                "the recipe '\(recipe.name)' has \(rows.count) rows to look at, and a simulation needs \(Self.fewest)",
                status: .invalid
            )
        }
        self.rows = rows
        let labels = rows.map(\.label).sorted()
        self.dear = labels[labels.count * 4 / 5]
    }

    /// The positions of the rows at most `near` from `moment`; of the nearest when these are too few.
    func positions(around moment: EventTime, _ near: TimeSpan) -> Range<Int> {
        let (low, high) = (self.first(from: moment - near), self.first(from: moment + near))
        guard high - low < Self.fewest else { return low..<high }
        let middle = self.first(from: moment)
        let start = max(0, min(middle - Self.fewest / 2, self.rows.count - Self.fewest))
        return start..<start + Self.fewest
    }

    /// The position of the first row at or after `moment`.
    private func first(from moment: EventTime) -> Int {
        var (low, high) = (0, self.rows.count)
        while low < high {
            let middle = (low + high) / 2
            if self.rows[middle].at < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
