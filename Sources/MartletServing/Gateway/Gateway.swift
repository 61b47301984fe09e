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
    /// The answered requests that wait for shadow variants.
    package let shadows: ShadowQueue
    let clock: ServingClock
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
        shadows: ShadowQueue = ShadowQueue(),
        clock: ServingClock,
        seed: UInt64
    ) {
        self.limits = limits
        self.metrics = metrics
        self.queue = queue
        self.shadows = shadows
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
        let call = Call(
            requestID: self.requestIDs.next(at: now),
            endpoint: endpoint,
            body: body,
            now: now,
            start: start
        )
        let route = self.routes.withLock { $0.endpoints[endpoint] }
        do throws(ServingError) {
            guard self.queue.hasRoom else { throw Self.logFull }
            guard body.count <= self.limits.bodyByteLimit else { throw self.tooLarge }
            guard let route else { throw self.unknownEndpoint(endpoint) }
            guard let leading = route.leading else { throw Self.notDeployed(route) }
            if let split = route.split { return self.answer(call, among: split, leading) }
            return try self.answer(call, by: leading, others: [], unit: nil, insteadOf: nil)
        } catch {
            return self.refused(error, call, by: route?.leading, metrics: route?.metrics)
        }
    }

    /// Answers a request by the variant of its unit, or by another when that is out or fails.
    private func answer(_ call: Call, among split: TrafficSplit, _ leading: ServedVariant) -> Answer {
        let unit = UnitScanner.unit(in: call.body) ?? call.requestID
        let assigned = split.variant(of: unit) ?? leading
        var served = assigned
        if assigned.fuse.isBlown { served = split.substitute(for: assigned) ?? assigned }
        do throws(ServingError) {
            do throws(ServingError) {
                return try self.answer(call, by: served, in: split, unit: unit, assigned)
            } catch {
                guard error.code.isModelFault else { throw error }
                let latency = self.clock.uptimeMicroseconds() - call.start
                served.fuse.note(isFault: true, latencyMicroseconds: latency, now: call.now)
                guard let other = split.substitute(for: served) else { throw error }
                served.metrics.refused(error.code, latencyMicroseconds: latency)
                served = other
                return try self.answer(call, by: served, in: split, unit: unit, assigned)
            }
        } catch {
            return self.refused(error, call, by: served, metrics: served.metrics, unit: unit)
        }
    }

    /// Answers by one of several variants, and leaves the request for the shadows.
    private func answer(
        _ call: Call,
        by served: ServedVariant,
        in split: TrafficSplit,
        unit: String,
        _ assigned: ServedVariant
    ) throws(ServingError) -> Answer {
        let answer = try self.answer(
            call,
            by: served,
            others: split.plans,
            unit: unit,
            insteadOf: served === assigned ? nil : assigned
        )
        let latency = self.clock.uptimeMicroseconds() - call.start
        served.fuse.note(isFault: false, latencyMicroseconds: latency, now: call.now)
        if !split.shadows.isEmpty {
            self.shadows.offer(
                ShadowJob(
                    requestID: call.requestID,
                    time: call.now,
                    endpoint: call.endpoint,
                    unit: unit,
                    body: call.body,
                    split: split
                )
            )
        }
        return answer
    }

    /// Answers by `served`; `unit` is the one that chose it, `nil` when none had to.
    private func answer(
        _ call: Call,
        by served: ServedVariant,
        others: [InputPlan],
        unit: String?,
        insteadOf assigned: ServedVariant?
    ) throws(ServingError) -> Answer {
        let model = served.model
        var record = PredictionRecordWriter(call)
        var request = try PredictionRequestParser.parse(
            call.body,
            for: model.plan,
            others: others,
            inputLimit: self.limits.inputLimit
        )
        if let unit { request.unit = unit }
        let scored = try ScoredRequest(request, model, now: call.now)
        let response = ResponseWriter.write(
            scored,
            request,
            served,
            requestID: call.requestID,
            endpoint: call.endpoint,
            now: call.now
        )
        record.name(served, unit: request.unit, insteadOf: assigned)
        let latency = self.clock.uptimeMicroseconds() - call.start
        self.queue.append(record.answered(scored, request, model, latencyMicroseconds: latency))
        served.metrics.answered(inputCount: request.inputCount, latencyMicroseconds: latency)
        return Answer(requestID: call.requestID, body: response, error: nil)
    }

    /// Refuses a request whose body never reached ``predict(endpoint:body:)``, and records it all the same.
    package func refuse(endpoint: String, _ error: ServingError) -> Answer {
        let now = self.clock.now()
        let start = self.clock.uptimeMicroseconds()
        let call = Call(requestID: self.requestIDs.next(at: now), endpoint: endpoint, body: [], now: now, start: start)
        let route = self.routes.withLock { $0.endpoints[endpoint] }
        return self.refused(error, call, by: route?.leading, metrics: route?.metrics)
    }

    private func refused(
        _ error: ServingError,
        _ call: Call,
        by served: ServedVariant?,
        metrics: EndpointMetrics?,
        unit: String? = nil
    ) -> Answer {
        let latency = self.clock.uptimeMicroseconds() - call.start
        // A full queue takes no more: such a refusal is counted, not recorded.
        if error.code != .logFull {
            var record = PredictionRecordWriter(call)
            if let served { record.name(served, unit: unit) }
            self.queue.append(record.refused(error, latencyMicroseconds: latency))
        }
        // Unknown names share one counter, so that a caller cannot make counters without end.
        let metrics = metrics ?? self.metrics.metrics(endpoint: "", version: "", variant: "")
        metrics.refused(error.code, latencyMicroseconds: latency)
        return Answer(requestID: call.requestID, body: [], error: error)
    }
}

/// One request under way.
struct Call {
    let requestID: String
    let endpoint: String
    let body: [UInt8]
    let now: EventTime
    let start: Int64
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
