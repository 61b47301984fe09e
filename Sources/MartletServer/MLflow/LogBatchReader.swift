import MartletCore
import MartletServing
import MartletTracking

/// Reads the body of a log-batch call straight into a batch, without a tree of values in between.
///
/// It takes what clients send: the fields it knows, each of its own type and within its limits. Everything else it leaves
/// to ``RunLogCalls/batch(_:)``, mistakes included, which has the words for them; both read the same body alike.
struct LogBatchReader {
    /// The body is not of the plain kind.
    private struct NotPlain: Error {}

    private enum Field { case key, value, timestamp, step, modelID, datasetName, datasetDigest }

    private static let key = Array("key".utf8)
    private static let value = Array("value".utf8)
    private static let timestamp = Array("timestamp".utf8)
    private static let step = Array("step".utf8)
    private static let others: [([UInt8], Field)] = [
        (Array("model_id".utf8), .modelID), (Array("dataset_name".utf8), .datasetName),
        (Array("dataset_digest".utf8), .datasetDigest),
    ]
    private static let runID = Array("run_id".utf8)
    private static let metrics = Array("metrics".utf8)
    private static let params = Array("params".utf8)
    private static let tags = Array("tags".utf8)

    private var scanner: JSONScanner
    private var id: RunID?
    private var batch = RunBatch()

    private init(_ body: [UInt8]) { self.scanner = JSONScanner(body) }

    /// The run and the batch in `body`; `nil` when it must be read with more care.
    static func read(_ body: [UInt8]) -> (id: RunID, batch: RunBatch)? {
        var reader = LogBatchReader(body)
        guard (try? reader.readObject()) != nil, let id = reader.id else { return nil }
        let batch = reader.batch
        let pairCount = max(batch.parameters.count, batch.tags.count)
        guard batch.metrics.count + batch.parameters.count + batch.tags.count <= RunLogCalls.entityLimit,
            batch.metrics.count <= RunLogCalls.metricLimit, pairCount <= RunLogCalls.pairLimit
        else { return nil }
        return (id, batch)
    }

    private mutating func readObject() throws {
        var seen: Set<[UInt8]> = []
        try self.members { reader, name in
            let known = [Self.runID, Self.metrics, Self.params, Self.tags]
            guard let field = known.first(where: { reader.scanner.matches(name, $0) }), seen.insert(field).inserted
            else { throw NotPlain() }
            switch field {
            case Self.runID: reader.id = RunID(try reader.string())
            case Self.metrics:
                try reader.elements { reader in reader.batch.metrics.append(try reader.metric()) }
            case Self.params:
                try reader.elements { reader in
                    let (key, value) = try reader.pair()
                    guard reader.batch.parameters.updateValue(value, forKey: key) == nil else { throw NotPlain() }
                }
            default:
                try reader.elements { reader in
                    let (key, value) = try reader.pair()
                    guard reader.batch.tags.updateValue(value, forKey: key) == nil else { throw NotPlain() }
                }
            }
        }
        try self.scanner.expectEnd()
    }

    private mutating func metric() throws -> Metric {
        var key: String?
        var value: Double?
        var timestamp: Int64?
        var step: Int64 = 0
        var (model, dataset, digest): (String, String, String) = ("", "", "")
        try self.members { reader, name in
            switch try reader.field(name) {
            case .key: key = try reader.string()
            case .value: value = try reader.double()
            case .timestamp: timestamp = try reader.integer()
            case .step: step = try reader.integer()
            case .modelID: model = try reader.string()
            case .datasetName: dataset = try reader.string()
            case .datasetDigest: digest = try reader.string()
            }
        }
        guard let key, !key.isEmpty, let value, let timestamp, timestamp >= 0, timestamp < Int64.max / 1_000
        else { throw NotPlain() }
        return Metric(
            key,
            value,
            at: EventTime(microseconds: timestamp * 1_000),
            step: step,
            modelID: model.isEmpty ? nil : model,
            dataset: dataset.isEmpty ? nil : DatasetReference(name: dataset, digest: digest)
        )
    }

    private mutating func pair() throws -> (key: String, value: String) {
        var key = ""
        var value = ""
        try self.members { reader, name in
            switch try reader.field(name) {
            case .key: key = try reader.string()
            case .value: value = try reader.string()
            default: throw NotPlain()
            }
        }
        guard !key.isEmpty else { throw NotPlain() }
        return (key, value)
    }

    /// The field that `name` names.
    private func field(_ name: JSONScanner.Text) throws -> Field {
        if self.scanner.matches(name, Self.key) { return .key }
        if self.scanner.matches(name, Self.value) { return .value }
        if self.scanner.matches(name, Self.timestamp) { return .timestamp }
        if self.scanner.matches(name, Self.step) { return .step }
        for (other, field) in Self.others where self.scanner.matches(name, other) { return field }
        throw NotPlain()
    }

    /// Consumes an object and has `body` consume the value of each member.
    private mutating func members(_ body: (inout LogBatchReader, JSONScanner.Text) throws -> Void) throws {
        try self.scanner.expect(UInt8(ascii: "{"), "'{'")
        if self.scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            let name = try self.scanner.readString()
            try self.scanner.expect(UInt8(ascii: ":"), "':'")
            try body(&self, name)
        } while try self.scanner.hasNext(before: UInt8(ascii: "}"))
    }

    /// Consumes an array and has `body` consume each of its elements.
    private mutating func elements(_ body: (inout LogBatchReader) throws -> Void) throws {
        try self.scanner.expect(UInt8(ascii: "["), "'['")
        if self.scanner.consume(UInt8(ascii: "]")) { return }
        repeat { try body(&self) } while try self.scanner.hasNext(before: UInt8(ascii: "]"))
    }

    private mutating func string() throws -> String { self.scanner.string(try self.scanner.readString()) }

    private mutating func integer() throws -> Int64 {
        if self.scanner.peek() == UInt8(ascii: "\"") {
            guard let number = Int64(try self.string()) else { throw NotPlain() }
            return number
        }
        guard let number = try self.scanner.readNumber().integer else { throw NotPlain() }
        return number
    }

    private mutating func double() throws -> Double {
        guard self.scanner.peek() == UInt8(ascii: "\"") else { return try self.scanner.readNumber().value }
        switch try self.string() {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: throw NotPlain()
        }
    }
}
