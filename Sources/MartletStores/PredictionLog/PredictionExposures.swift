package import Foundation
package import MartletCore
package import MartletReleases
import Synchronization

/// The predictions of an experiment, read from the segments of the prediction log as they grow.
///
/// It remembers how far it read each segment, so that a look reads only what is new. A line that is not whole yet is read
/// at the next look.
package final class PredictionExposures: ExposureSource {
    private let directory: URL
    private let offsets = Mutex<[String: UInt64]>([:])

    /// Reads the segments in `directory`, which may be missing.
    package init(directory: URL) { self.directory = directory }

    @concurrent
    package func newExposures(of release: String) async throws -> [Exposure] {
        var mark = ""
        JSONValue.quote(release, into: &mark)
        let bytes = Data("\"release\":\(mark)".utf8)
        let segments = PredictionLogReader(directory: self.directory).segments
        return try self.offsets.withLock { offsets in
            var exposures: [Exposure] = []
            for url in segments.reversed() {
                try Self.read(url, from: &offsets[url.lastPathComponent, default: 0], marked: bytes, into: &exposures)
            }
            return exposures
        }
    }

    private static func read(
        _ url: URL,
        from offset: inout UInt64,
        marked mark: Data,
        into exposures: inout [Exposure]
    ) throws {
        let decoder = JSONDecoder()
        for line in try PredictionLogSegment.newLines(of: url, from: &offset) where line.range(of: mark) != nil {
            // A line that a crash cut off is passed over.
            guard let record = try? decoder.decode(LoggedExposure.self, from: Data(line)),
                let exposure = Exposure(record)
            else { continue }
            exposures.append(exposure)
        }
    }
}

/// What of a record makes an exposure; the values that the model saw are passed over.
private struct LoggedExposure: Decodable {
    struct Input: Decodable {
        let entities: [String: JSONValue]
    }

    let requestID: String
    let time: EventTime
    let variant: String?
    let unit: String?
    let insteadOf: String?
    let shadow: Bool?
    let status: String
    let predictions: [Double?]?
    let inputs: [Input]?

    private enum CodingKeys: String, CodingKey {
        case time, variant, unit, shadow, status, predictions, inputs
        case requestID = "request_id"
        case insteadOf = "instead_of"
    }
}

/// What of a record of a prediction makes an exposure.
package protocol ExposureRecord {
    /// One input of the request.
    associatedtype Input: ExposureInput

    var requestID: String { get }
    var time: EventTime { get }
    var variant: String? { get }
    var unit: String? { get }
    var insteadOf: String? { get }
    var shadow: Bool? { get }
    var status: String { get }
    var predictions: [Double?]? { get }
    var inputs: [Input]? { get }
}

/// An input with its join keys.
package protocol ExposureInput {
    var entities: [String: JSONValue] { get }
}

extension LoggedPrediction: ExposureRecord {}
extension LoggedPrediction.Input: ExposureInput {}
extension LoggedExposure: ExposureRecord {}
extension LoggedExposure.Input: ExposureInput {}

extension Exposure {
    /// The exposure of a record; `nil` when the request was refused or met no variant.
    package init?(_ record: some ExposureRecord) {
        guard record.status == "answered", let variant = record.variant else { return nil }
        let inputs = record.inputs ?? []
        self.init(
            requestID: record.requestID,
            at: record.time,
            variant: variant,
            unit: record.unit ?? record.requestID,
            entity: inputs.count == 1 ? Self.entity(of: inputs[0].entities) : nil,
            prediction: record.predictions.flatMap { $0.count == 1 ? $0[0] : nil },
            isShadow: record.shadow == true,
            isSubstitute: record.insteadOf != nil
        )
    }

    /// The join keys in one text, in the order of their names; `nil` without any.
    private static func entity(of keys: [String: JSONValue]) -> String? {
        guard !keys.isEmpty else { return nil }
        return keys.sorted { $0.key < $1.key }.map { Self.text($0.value) }.joined(separator: "|")
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { text } else { value.canonicalText }
    }
}
