import MartletCore
import MartletFeatures
import MartletForest
import MartletServing
import MartletStores
import MartletTracking

/// What a version says of requests that others answered.
///
/// It is given the values that were seen then. A feature that was not recorded, as no version of that time read it, is
/// what the offline store knew of it at the moment of the request: the join that a training set is made by.
struct CandidateAnswers {
    /// By request and input; `nil` where a column is neither recorded nor to be looked up.
    let scores: [[Double?]]
    /// How many inputs had features that were looked up.
    let lookedUpCount: Int

    /// Has `model` answer `records`.
    init(of model: ServedModel, to records: [LoggedPrediction], _ application: Application) async throws {
        let lookup = try await Self.lookUp(model, records, application)
        self.lookedUpCount = lookup.rows.count
        self.scores = records.enumerated()
            .map { number, record in
                (record.inputs ?? []).enumerated()
                    .map { position, input in
                        Self.score(input, model) { name in
                            lookup.rows[Place(record: number, input: position)]
                                .flatMap { lookup.values[name]?[$0] }
                        }
                    }
            }
    }

    /// An input of a request.
    private struct Place: Hashable {
        let record: Int
        let input: Int
    }

    /// The features of the inputs that lack one, by the row they stand in.
    private struct Lookup {
        var rows: [Place: Int] = [:]
        var values = ColumnBatch(schema: Schema([]), columns: [])
    }

    private static func lookUp(
        _ model: ServedModel,
        _ records: [LoggedPrediction],
        _ application: Application
    ) async throws -> Lookup {
        guard let name = model.manifest.featureService else { return Lookup() }
        let service = try application.catalog().service(name)
        let columns = model.plan.slots.map(\.name).filter(Set(service.features.map(\.columnName)).contains)
        let keys = service.joinKeys.map(\.name)
        var lookup = Lookup()
        var rows: [MomentJoin.Row] = []
        for (number, record) in records.enumerated() {
            for (position, input) in (record.inputs ?? []).enumerated() {
                guard columns.contains(where: { input.features[$0] == nil }),
                    keys.allSatisfy({ (input.entities[$0] ?? .null) != .null })
                else {
                    continue
                }
                lookup.rows[Place(record: number, input: position)] = rows.count
                rows.append(MomentJoin.Row(at: record.time, entities: input.entities))
            }
        }
        guard !rows.isEmpty else { return lookup }
        lookup.values = try await MomentJoin(offline: application.offline()).values(of: service, for: rows)
        return lookup
    }

    /// What `model` says of what was seen then, else of what `otherwise` returns for a column; `nil` when one of its
    /// columns has no value.
    private static func score(
        _ input: LoggedPrediction.Input,
        _ model: ServedModel,
        otherwise: (String) -> Value?
    ) -> Double? {
        var row: [Double] = []
        for slot in model.plan.slots {
            guard let value = input.features[slot.name].map(Self.value) ?? otherwise(slot.name) else { return nil }
            row.append(slot.number(value))
        }
        switch model.scorer {
        case .forest(let forest): return forest.score(row)
        case .network(let network): return try? network.score(row)
        }
    }

    private static func value(_ json: JSONValue) -> Value {
        switch json {
        case .boolean(let value): .boolean(value)
        case .integer(let value): .int64(value)
        case .number(let value): .float64(value)
        case .string(let value): .string(value)
        case .null, .array, .object: .null
        }
    }
}
