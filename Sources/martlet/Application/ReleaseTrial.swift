import Foundation
import MartletCore
import MartletReleases
import MartletServing
import MartletTracking

/// Tries versions: in the gateway that shall serve them, and with recorded requests in one of its own.
struct ReleaseTrial: ReleaseProbe {
    /// The gateway of this process; `nil` where none runs.
    let gateway: Gateway?
    let loader: ModelLoader
    let online: OnlineFollower
    /// Files of requests are named relative to it.
    let folder: URL

    func obstacle(of version: ModelVersionID, at endpoint: String) async -> String? {
        guard let route = self.gateway?.routingTable.endpoints[endpoint] else {
            return "the endpoint is not served yet"
        }
        if route.variants.contains(where: { $0.variant.version == version }) { return nil }
        if let failure = route.failure, failure.version == version { return failure.message }
        return "it is being loaded"
    }

    func loadFailure(of version: ModelVersionID) async -> String? {
        do {
            _ = try await self.load(version)
            return nil
        } catch {
            return readableMessage(of: error)
        }
    }

    /// Loads a version.
    func load(_ version: ModelVersionID) async throws -> ServedModel {
        try await self.loader.load(version) { try await self.online.rows(of: $0) }
    }

    func answers(
        of version: ModelVersionID,
        to health: ReleaseHealth
    ) async throws(TrackingError) -> [HealthRule.Check] {
        guard let file = health.file else { return [] }
        let requests = try Self.requests(
            file.hasPrefix("/") ? URL(filePath: file) : self.folder.appending(path: file),
            named: file
        )
        let gateway = Gateway(clock: .system, seed: 1)
        do {
            let model = try await self.load(version)
            let name = "health"
            let metrics = gateway.metrics.metrics(endpoint: name, version: version.description)
            let endpoint = RoutingTable.Endpoint(
                name: name,
                model: model,
                liveSince: .now,
                revision: 1,
                failure: nil,
                metrics: metrics
            )
            gateway.serve(RoutingTable(revision: 1, endpoints: [name: endpoint]))
            return requests.map { request in
                let answer = gateway.predict(endpoint: name, body: request.body)
                return HealthRule.Check(
                    line: request.line,
                    expected: request.expected,
                    answered: Self.values(answer.body),
                    failure: answer.error?.message
                )
            }
        } catch {
            throw TrackingError(
                .releaseInvalid,
                "\(version) cannot be loaded: \(readableMessage(of: error))",
                underlying: error
            )
        }
    }

    /// One line of a file of requests.
    struct RecordedRequest {
        let line: Int
        let body: [UInt8]
        let expected: [Double]
    }

    /// Reads a file of requests.
    ///
    /// - Throws: `release.invalid` with the line.
    static func requests(_ url: URL, named name: String) throws(TrackingError) -> [RecordedRequest] {
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw TrackingError(.releaseInvalid, "the file of recorded requests '\(name)' cannot be read")
        }
        var requests: [RecordedRequest] = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            guard let json = try? JSONValue(parsing: Data(line)), case .object? = json["request"],
                case .array(let values)? = json["expected"], let body = json["request"]
            else { throw Self.fault(name, index + 1) }
            let expected = values.compactMap(Self.number)
            guard expected.count == values.count, !expected.isEmpty else { throw Self.fault(name, index + 1) }
            requests.append(
                RecordedRequest(line: index + 1, body: Array(body.canonicalText.utf8), expected: expected)
            )
        }
        guard !requests.isEmpty else {
            throw TrackingError(.releaseInvalid, "the file of recorded requests '\(name)' holds none")
        }
        return requests
    }

    private static func fault(_ name: String, _ line: Int) -> TrackingError {
        TrackingError(
            .releaseInvalid,
            "\(name):\(line) is no recorded request; write {\"request\": {…}, \"expected\": [numbers]}"
        )
    }

    private static func values(_ body: [UInt8]) -> [Double] {
        guard case .array(let predictions)? = (try? JSONValue(parsing: Data(body)))?["predictions"] else { return [] }
        return predictions.compactMap { $0["value"].flatMap(Self.number) }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
