import Foundation
package import MartletCore

/// Answers tracking clients: with the server's own answers while it is there, in its place while it is away.
///
/// A call that changes something is either carried out by the server or kept durably before it is answered.
package struct SpoolDesk: Sendable {
    private let journal: any SpoolJournal
    private let upstream: any SpoolUpstream
    private let state: SpoolState
    private let wake: AsyncStream<Void>.Continuation
    private let now: @Sendable () -> EventTime
    /// How long a call that only the server can answer waits for the queue to empty.
    private let patience: Duration
    /// Sends what waits; run it beside the desk.
    package let forwarder: SpoolForwarder

    /// Takes up what an earlier process left in `journal`.
    ///
    /// - Throws: `spool.failed`.
    package init(
        journal: any SpoolJournal,
        upstream: any SpoolUpstream,
        patience: Duration = .seconds(20),
        now: @escaping @Sendable () -> EventTime,
        report: @escaping @Sendable (SpoolReport) -> Void
    ) async throws(TrackingError) {
        let (stream, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let state = SpoolState()
        state.load(names: try await journal.names(), waitingCount: try await journal.counts().waiting)
        self.journal = journal
        self.upstream = upstream
        self.patience = patience
        self.state = state
        self.wake = wake
        self.now = now
        self.forwarder = SpoolForwarder(
            journal: journal,
            upstream: upstream,
            state: state,
            wakeUps: stream,
            report: report
        )
        wake.yield()
    }

    /// How many calls wait.
    package var waitingCount: Int { self.state.waitingCount }

    /// Ends the forwarder after the call it is at.
    package func stop() { self.wake.finish() }

    /// Answers a call.
    package func answer(_ call: SpooledCall, authorization: String?) async -> SpoolAnswer {
        if let authorization { self.state.remember(authorization: authorization) }
        let path = String(call.target.prefix { $0 != "?" })
        let endpoint = SpoolEndpoint(method: call.method, path: path)
        do {
            switch endpoint {
            case .create, .write, .updateRun, .updateModel, .upload: return try await self.change(call, endpoint)
            case .read(let kind): return try await self.read(kind, call)
            case .history: return try await self.history(call)
            case .listing: return try await self.listing(call, path)
            case .other: return try await self.pass(call, path)
            }
        } catch {
            return .error(503, "TEMPORARILY_UNAVAILABLE", error.message)
        }
    }

    // MARK: Changes

    private func change(_ call: SpooledCall, _ endpoint: SpoolEndpoint) async throws(TrackingError) -> SpoolAnswer {
        var call = call
        var made: SpoolObject?
        if case .create(let kind) = endpoint {
            guard case .bytes(let body) = call.body, let request = try? JSONValue(parsing: body) else {
                return .error(400, "INVALID_PARAMETER_VALUE", "the body of '\(call.target)' is not JSON")
            }
            var generator = SystemRandomNumberGenerator()
            let object = SpoolObject(
                making: kind,
                request,
                id: SpoolNames.draw(kind, using: &generator),
                at: self.now()
            )
            call = call.making(object, request)
            made = object
        }
        if self.state.waitingCount == 0, let answer = try await self.send(call) {
            self.journal.discard(call)
            if let object = answer.value.flatMap({ value in Self.kind(endpoint).flatMap { SpoolObject($0, in: value) } }
            ) {
                try await self.journal.remember(object)
            }
            return answer
        }
        if let made, made.kind == .experiment, let name = made.name,
            try await self.journal.object(.experiment, name) != nil
        {
            return .error(400, "RESOURCE_ALREADY_EXISTS", "Experiment '\(name)' already exists.")
        }
        let changed = try await self.changed(call, endpoint)
        _ = try await self.journal.append(call, knowing: [made, changed].compactMap(\.self))
        self.state.noteWaiting()
        self.wake.yield()
        return self.answer(endpoint, made ?? changed)
    }

    /// What is known of the object that `call` changes, after the change.
    private func changed(_ call: SpooledCall, _ endpoint: SpoolEndpoint) async throws(TrackingError) -> SpoolObject? {
        guard case .bytes(let body) = call.body, let request = try? JSONValue(parsing: body) else { return nil }
        switch endpoint {
        case .updateRun:
            guard let run = try await self.object(.run, request["run_id"] ?? request["run_uuid"]) else { return nil }
            var changes: [String: JSONValue] = [:]
            for key in ["status", "end_time", "run_name"] where request[key] != nil { changes[key] = request[key] }
            return run.changing(changes)
        case .updateModel(let id):
            guard let model = try await self.object(.model, .string(id)) else { return nil }
            return model.changing(request["status"].map { ["status": $0] } ?? [:])
                .setting(tags: request["tags"]?.items ?? [])
        case .write:
            guard let run = try await self.object(.run, request["run_id"] ?? request["run_uuid"]) else { return nil }
            var tags = request["tags"]?.items ?? []
            if call.target.hasSuffix("/runs/set-tag"), let key = request["key"], let value = request["value"] {
                tags = [.object(["key": key, "value": value])]
            }
            return tags.isEmpty ? nil : run.setting(tags: tags)
        case .create, .upload, .read, .history, .listing, .other: return nil
        }
    }

    private func answer(_ endpoint: SpoolEndpoint, _ object: SpoolObject?) -> SpoolAnswer {
        switch endpoint {
        case .create(.experiment): .json(.object(["experiment_id": .string(object?.id ?? "")]))
        case .create, .updateModel: object?.answer ?? .json(.object([:]))
        case .updateRun: .json(.object(["run_info": object?.value["info"] ?? .object([:])]))
        case .upload: SpoolAnswer(status: 200, contentType: nil, body: Data())
        case .write, .read, .history, .listing, .other: .json(.object([:]))
        }
    }

    private static func kind(_ endpoint: SpoolEndpoint) -> SpoolObject.Kind? {
        switch endpoint {
        case .create(let kind), .read(let kind): kind
        case .updateModel: .model
        case .write, .updateRun, .upload, .history, .listing, .other: nil
        }
    }

    // MARK: Questions

    private func read(_ kind: SpoolObject.Kind, _ call: SpooledCall) async throws(TrackingError) -> SpoolAnswer {
        let id =
            Self.query(call, ["run_id", "run_uuid", "experiment_id", "experiment_name"])
            ?? String(call.target.prefix { $0 != "?" }.split(separator: "/").last ?? "")
        if self.state.waitingCount > 0, let known = try await self.journal.object(kind, id) { return known.answer }
        if let answer = try await self.send(call) {
            if answer.isSuccess, let object = answer.value.flatMap({ SpoolObject(kind, in: $0) }) {
                try await self.journal.remember(object)
            }
            return answer
        }
        if let known = try await self.journal.object(kind, id) { return known.answer }
        if kind == .experiment, Self.query(call, ["experiment_name"]) != nil {
            // The client goes on to make it; when the server is back, one of that name is used.
            return .error(404, "RESOURCE_DOES_NOT_EXIST", "Could not find experiment with name '\(id)'")
        }
        return self.unanswerable(call)
    }

    /// The points of a metric: the server's, and those that wait.
    private func history(_ call: SpooledCall) async throws(TrackingError) -> SpoolAnswer {
        if self.state.waitingCount == 0, let answer = try await self.send(call) { return answer }
        let run = Self.query(call, ["run_id", "run_uuid"]) ?? ""
        let key = Self.query(call, ["metric_key"]) ?? ""
        var points: [JSONValue] = []
        if let answer = try await self.send(call), answer.isSuccess { points = answer.value?["metrics"]?.items ?? [] }
        for waiting in try await self.journal.waitingCalls(mentioning: run) {
            guard case .bytes(let body) = waiting.body, let request = try? JSONValue(parsing: body),
                (request["run_id"] ?? request["run_uuid"])?.idText == run
            else { continue }
            let metrics = request["metrics"]?.items ?? (waiting.target.hasSuffix("/log-metric") ? [request] : [])
            for metric in metrics where metric["key"]?.idText == key {
                let point = ["key", "value", "timestamp", "step"].map { ($0, metric[$0] ?? .integer(0)) }
                points.append(.object(Dictionary(point) { first, _ in first }))
            }
        }
        return .json(.object(["metrics": .array(points)]))
    }

    /// The files of a folder; while the server is away, those that wait.
    private func listing(_ call: SpooledCall, _ path: String) async throws(TrackingError) -> SpoolAnswer {
        if let answer = try await self.send(call), answer.isSuccess || self.state.waitingCount == 0 { return answer }
        let folder = Self.query(call, ["path"]) ?? ""
        guard path.hasSuffix("/artifacts"), !folder.isEmpty else { return .json(.object([:])) }
        var children: [String: Bool] = [:]
        for waiting in try await self.journal.waitingCalls(mentioning: "/artifacts/") where waiting.method == "PUT" {
            let target = waiting.target.removingPercentEncoding ?? waiting.target
            guard let start = target.range(of: "/mlflow-artifacts/artifacts/\(folder)/") else { continue }
            let rest = target[start.upperBound...].split(separator: "/")
            if let first = rest.first { children[String(first)] = rest.count > 1 }
        }
        let files = children.sorted { $0.key < $1.key }
            .map { name, isFolder in
                JSONValue.object(["path": .string(name), "is_dir": .boolean(isFolder)])
            }
        return .json(.object(files.isEmpty ? [:] : ["files": .array(files)]))
    }

    /// Asks the server, after what waits has been carried out.
    private func pass(_ call: SpooledCall, _ path: String) async throws(TrackingError) -> SpoolAnswer {
        let isProbe = path == "/health" || path == "/version"
        let deadline = ContinuousClock.now + self.patience
        while !isProbe, self.state.waitingCount > 0, !self.state.isAway, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(30))
        }
        if isProbe || self.state.waitingCount == 0, let answer = try await self.send(call) { return answer }
        if path == "/health" { return SpoolAnswer(status: 200, contentType: "text/plain", body: Data("OK".utf8)) }
        return self.unanswerable(call)
    }

    /// The server's answer, or `nil` when it is away.
    private func send(_ call: SpooledCall) async throws(TrackingError) -> SpoolAnswer? {
        do {
            let translated = call.translated(self.state.names)
            let answer = try await self.upstream.send(translated, authorization: self.state.authorization)
            return answer.isAway ? nil : answer
        } catch {
            if error.code == .spoolUnreachable { return nil }
            throw error
        }
    }

    private func unanswerable(_ call: SpooledCall) -> SpoolAnswer {
        .error(
            503,
            "TEMPORARILY_UNAVAILABLE",
            "the tracking server is away, and only it can answer '\(call.method) \(call.target.prefix { $0 != "?" })'; "
                + "\(self.state.waitingCount) calls wait in the spool and nothing is lost"
        )
    }

    private func object(_ kind: SpoolObject.Kind, _ id: JSONValue?) async throws(TrackingError) -> SpoolObject? {
        guard let id = id?.idText else { return nil }
        return try await self.journal.object(kind, id)
    }

    /// The first of `names` that the query of a call has.
    private static func query(_ call: SpooledCall, _ names: [String]) -> String? {
        let items = URLComponents(string: "http://spool" + call.target)?.queryItems ?? []
        return names.lazy.compactMap { name in items.first { $0.name == name }?.value?.replacing("+", with: " ") }.first
    }
}

extension SpooledCall {
    /// The call that makes `object`, with the tag by which it is found again.
    fileprivate func making(_ object: SpoolObject, _ request: JSONValue) -> SpooledCall {
        guard case .object(var members) = request else { return self }
        if object.kind != .experiment {
            let tag: JSONValue = .object(["key": .string(SpoolObject.tag), "value": .string(object.id)])
            members["tags"] = .array((request["tags"]?.items ?? []) + [tag])
        }
        return SpooledCall(
            method: self.method,
            target: self.target,
            contentType: self.contentType,
            body: .bytes(Data(JSONValue.object(members).canonicalText.utf8)),
            madeID: object.id,
            at: self.at
        )
    }
}
