import Foundation
import MartletCore
import MartletFeatures
import MartletReleases
import MartletStores
import MartletTracking

/// Compares the prediction log with the offline store: what a request was served beside the point-in-time join at the
/// same moment, as a training set would have it.
struct LoggedSkew: SkewProof {
    let application: Application

    /// The newest inputs that are looked at.
    private static let inputLimit = 1_000

    func skew(of version: ModelVersionID, at endpoint: String) async throws(TrackingError) -> ServedSkew? {
        do {
            let registered = try await self.application.registry().resolve(ModelReference(version.description))
            let manifest = try await self.application.manifest(of: registered)
            guard let name = manifest.featureService else { return nil }
            let service = try self.application.catalog().service(name)
            return try await self.skew(of: service, at: endpoint)
        } catch let error as TrackingError {
            throw error
        } catch {
            throw TrackingError(.releaseSkewUnknown, readableMessage(of: error), underlying: error)
        }
    }

    /// One input of a request, with the moment it was answered.
    private struct Served {
        let at: EventTime
        let input: LoggedPrediction.Input
    }

    private func skew(of service: FeatureService, at endpoint: String) async throws -> ServedSkew {
        let columns = service.features.map(\.columnName)
        let keys = service.joinKeys.map(\.name)
        let reader = PredictionLogReader(directory: URL(filePath: self.application.predictionsFolder))
        let served = try reader.newestRecords(of: endpoint, limit: Self.inputLimit)
            .flatMap { record in (record.inputs ?? []).map { Served(at: record.time, input: $0) } }
            .filter { one in
                keys.allSatisfy { (one.input.entities[$0] ?? .null) != .null }
                    && columns.contains { one.input.features[$0] != nil }
            }
            .prefix(Self.inputLimit)
        guard !served.isEmpty else {
            throw TrackingError(
                .releaseSkewUnknown,
                "no request to '\(endpoint)' was answered with a feature of '\(service.name)' yet"
            )
        }
        let joined = try await MomentJoin(offline: self.application.offline())
            .values(of: service, for: served.map { MomentJoin.Row(at: $0.at, entities: $0.input.entities) })
        return Self.compare(served, joined, columns)
    }

    private static func compare(_ served: ArraySlice<Served>, _ joined: ColumnBatch, _ columns: [String]) -> ServedSkew
    {
        var skew = ServedSkew(inputs: served.count, compared: 0, differing: 0)
        var worst = 0
        for name in columns {
            guard let column = joined[name] else { continue }
            var differing = 0
            for (row, one) in served.enumerated() {
                guard let value = one.input.features[name] else { continue }
                skew.compared += 1
                if !Self.agree(value, column[row]) { differing += 1 }
            }
            skew.differing += differing
            if differing > worst { (worst, skew.worst) = (differing, name) }
        }
        return skew
    }

    /// Whether a logged value is the joined one, but for the last digits of a sum.
    private static func agree(_ logged: JSONValue, _ joined: Value) -> Bool {
        if logged == .null { return joined == .null || joined.number.isNaN && joined.category == nil }
        if case .string(let text) = logged { return joined.category == text }
        if case .boolean(let flag) = logged { return joined.number == (flag ? 1 : 0) }
        guard let number = logged.double else { return false }
        return abs(number - joined.number) <= 1e-9 * max(1, abs(number))
    }
}
