import MartletCore
import Synchronization

/// The hot path: a predict body in, an answer out, one record left behind.
///
/// Knows no HTTP. It never waits: the routing table, the online rows and the record queue are all in memory. A request
/// keeps the model version it started with, whatever is deployed meanwhile.
package final class Gateway: Sendable {
    /// What a request gets.
    package struct Answer: Sendable {
        package let requestID: String
        /// The response body; empty when refused.
        package let body: [UInt8]
        /// Why the request was refused; `nil` when it was answered.
        package let error: ServingError?
    }

    package let limits: RequestLimits
    package let metrics: ServingMetrics
    package let queue: PredictionQueue
    private let clock: ServingClock
    private let requestIDs: RequestIDGenerator
    private let routes = Mutex(RoutingTable(revision: nil, endpoints: [:]))
    private let storeFault = Mutex<String?>(nil)
    private let running = Atomic<Int>(0)

    /// Starts with no endpoint; a follower gives it routing tables.
    ///
    /// `seed` makes request identifiers differ between processes.
    package init(
        limits: RequestLimits = RequestLimits(),
        metrics: ServingMetrics = ServingMetrics(),
        queue: PredictionQueue = PredictionQueue(),
        clock: ServingClock,
        seed: UInt64
    ) {
        self.limits = limits
        self.metrics = metrics
        self.queue = queue
        self.clock = clock
        self.requestIDs = RequestIDGenerator(seed: seed)
    }

    /// What is served now.
    package var routingTable: RoutingTable { self.routes.withLock { $0 } }

    /// Replaces what is served, between two requests.
    package func serve(_ table: RoutingTable) { self.routes.withLock { $0 = table } }

    /// Why deployments and rows cannot be followed at the moment; `nil` while all is well.
    ///
    /// Requests go on with what was read before.
    package var storeFailure: String? { self.storeFault.withLock { $0 } }

    /// Says why the stores cannot be read, or with `nil` that they can again.
    ///
    /// - Returns: whether this differs from what was said before.
    func noteStoreFailure(_ message: String?) -> Bool {
        self.storeFault.withLock { fault in
            defer { fault = message }
            return fault != message
        }
    }

    /// How many requests are under way.
    package var runningCount: Int { self.running.load(ordering: .relaxed) }

    /// Counts a request in before its body is read; `false` when too many are under way.
    ///
    /// Every `true` needs one ``leave()``.
    package func enter() -> Bool {
        let count = self.running.wrappingAdd(1, ordering: .relaxed).newValue
        guard count > self.limits.concurrentRequestLimit else { return true }
        self.leave()
        return false
    }

    /// Counts a request out.
    package func leave() { self.running.wrappingSubtract(1, ordering: .relaxed) }

    /// Answers one predict request.
    package func predict(endpoint: String, body: [UInt8]) -> Answer {
        let start = self.clock.uptimeMicroseconds()
        let now = self.clock.now()
        let requestID = self.requestIDs.next(at: now)
        let route = self.routes.withLock { $0.endpoints[endpoint] }
        var record = PredictionRecordWriter(requestID: requestID, time: now, endpoint: endpoint, inputCount: 1)
        do throws(ServingError) {
            guard self.queue.hasRoom else { throw Self.logFull }
            guard body.count <= self.limits.bodyByteLimit else { throw self.tooLarge }
            guard let route else { throw self.unknownEndpoint(endpoint) }
            guard let model = route.model else { throw Self.notDeployed(route) }
            let request = try PredictionRequestParser.parse(body, for: model.plan, inputLimit: self.limits.inputLimit)
            let scored = try ScoredRequest(request, model, now: now)
            let response = ResponseWriter.write(
                scored,
                request,
                model,
                requestID: requestID,
                endpoint: endpoint,
                now: now
            )
            let latency = self.clock.uptimeMicroseconds() - start
            self.queue.append(record.answered(scored, request, model, latencyMicroseconds: latency))
            route.metrics.answered(inputCount: request.inputCount, latencyMicroseconds: latency)
            return Answer(requestID: requestID, body: response, error: nil)
        } catch {
            let latency = self.clock.uptimeMicroseconds() - start
            return self.refused(error, route, requestID, record: &record, latency: latency)
        }
    }

    /// Refuses a request whose body never reached ``predict(endpoint:body:)``, and records it all the same.
    package func refuse(endpoint: String, _ error: ServingError) -> Answer {
        let now = self.clock.now()
        let requestID = self.requestIDs.next(at: now)
        let route = self.routes.withLock { $0.endpoints[endpoint] }
        var record = PredictionRecordWriter(requestID: requestID, time: now, endpoint: endpoint, inputCount: 1)
        return self.refused(error, route, requestID, record: &record, latency: 0)
    }

    private func refused(
        _ error: ServingError,
        _ route: RoutingTable.Endpoint?,
        _ requestID: String,
        record: inout PredictionRecordWriter,
        latency: Int64
    ) -> Answer {
        // A full queue takes no more: such a refusal is counted, not recorded.
        if error.code != .logFull {
            self.queue.append(record.refused(error, route?.model, latencyMicroseconds: latency))
        }
        // Unknown names share one counter, so that a caller cannot make counters without end.
        let metrics = route?.metrics ?? self.metrics.metrics(endpoint: "", version: "")
        metrics.refused(error.code, latencyMicroseconds: latency)
        return Answer(requestID: requestID, body: [], error: error)
    }
}

extension Gateway {
    /// The refusal of a body over the limit.
    package var tooLarge: ServingError {
        ServingError(
            .requestTooLarge,
            "The request body has more than \(self.limits.bodyByteLimit) bytes; send fewer inputs in each request."
        )
    }

    /// The refusal of one request too many.
    package var busy: ServingError {
        ServingError(
            .serverBusy,
            "\(self.limits.concurrentRequestLimit) requests are under way already; try again shortly."
        )
    }

    private static let logFull = ServingError(
        .logFull,
        "The prediction log cannot be written, and its queue is full; free space on the server's disk."
    )

    private func unknownEndpoint(_ name: String) -> ServingError {
        let known = self.routingTable.endpoints.keys
        let hint = NearestName.suggestion(name, among: known)
        return ServingError(
            .requestUnknownEndpoint,
            "There is no endpoint '\(name)'.\(known.isEmpty ? " None is deployed; use `martlet deploy`." : hint)",
            field: "endpoint"
        )
    }

    private static func notDeployed(_ endpoint: RoutingTable.Endpoint) -> ServingError {
        ServingError(
            .endpointNotDeployed,
            "Endpoint '\(endpoint.name)' has no live model version"
                + (endpoint.failure.map { ": \($0.version) could not be loaded." } ?? ".")
        )
    }
}
