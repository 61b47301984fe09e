import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletJobs
import MartletTracking
import NIOCore

/// Pipelines and jobs over HTTP.
///
/// | Method | Path | What it does |
/// | --- | --- | --- |
/// | `GET` | `/v1/pipelines` | the pipelines, what starts them, and when next |
/// | `POST` | `/v1/pipelines/{name}/trigger` | starts a job, with an account or with the key of an `http` trigger |
/// | `POST` | `/v1/pipelines/{name}/push` | takes a push that GitHub or GitLab tells of |
/// | `GET` | `/v1/jobs` | lists, the newest first; `?pipeline=`, `?phase=`, `?before=`, `?limit=` |
/// | `GET` | `/v1/jobs/{id}` | one job with its steps |
/// | `GET` | `/v1/jobs/{id}/logs` | what its steps wrote; `?step=`, `?after=`, `?limit=` |
/// | `POST` | `/v1/jobs/{id}/cancel`, `…/retry` | ends it, or does again what failed; `{"reason"}` |
struct JobRoutes: Sendable {
    let context: JobContext

    private static let bodyLimit = 65_536
    /// What GitHub sends at most.
    private static let pushLimit = 25 << 20
    /// Shows the key of an `http` trigger.
    static let keyName = HTTPField.Name("X-Trigger-Key") ?? .contentLocation
    /// Names a request, so that a repeated one starts nothing.
    private static let onceName = HTTPField.Name("Idempotency-Key") ?? .contentLocation
    private static let signatureName = HTTPField.Name("X-Hub-Signature-256") ?? .contentLocation
    private static let tokenName = HTTPField.Name("X-Gitlab-Token") ?? .contentLocation

    func add(to router: Router<BasicRequestContext>) {
        router.only(.get, "/v1/pipelines") { _, _ in JSONResponse.make(.ok, try await self.listPipelines()) }
        router.only(.post, "/v1/pipelines/{name}/trigger") { request, context in
            try await self.trigger(request, context.parameters.get("name") ?? "")
        }
        router.only(.post, "/v1/pipelines/{name}/push") { request, context in
            try await self.push(request, context.parameters.get("name") ?? "")
        }
        router.only(.get, "/v1/jobs") { request, _ in JSONResponse.make(.ok, try await self.list(request)) }
        router.only(.get, "/v1/jobs/{id}") { _, context in
            try Principal.require(.read, on: .unnamed)
            let stored = try await self.context.job(context.parameters.get("id") ?? "")
            return JSONResponse.make(.ok, .object(["job": stored.json]))
        }
        router.only(.get, "/v1/jobs/{id}/logs") { request, context in
            JSONResponse.make(.ok, try await self.logs(request, context.parameters.get("id") ?? ""))
        }
        for verb in ["cancel", "retry"] {
            router.only(.post, RouterPath("/v1/jobs/{id}/\(verb)")) { request, context in
                try await self.change(request, context.parameters.get("id") ?? "", verb)
            }
        }
    }

    /// Whether a request brings its own proof, which its route checks.
    static func bringsProof(_ request: Request) -> Bool {
        guard request.method == .post, request.uri.path.hasPrefix("/v1/pipelines/") else { return false }
        return request.uri.path.hasSuffix("/push")
            || (request.uri.path.hasSuffix("/trigger") && request.headers[Self.keyName] != nil)
    }

    // MARK: Pipelines

    private func listPipelines() async throws -> JSONValue {
        try Principal.require(.read, on: .unnamed)
        var list: [JSONValue] = []
        for pipeline in try self.context.pipelines() {
            let last = try await self.context.store.jobs(JobFilter(pipeline: pipeline.name, limit: 1)).first
            list.append(
                .object([
                    "name": .string(pipeline.name), "description": pipeline.description.map { .string($0) } ?? .null,
                    "concurrency": .string(pipeline.concurrency.rawValue),
                    "triggers": .array(pipeline.triggers.map { .string($0.sentence) }),
                    "next_tick": pipeline.nextTick(after: self.context.now()).map { .string($0.description) } ?? .null,
                    "steps": .array(
                        pipeline.steps.map { step in
                            .object([
                                "name": .string(step.name), "kind": .string(step.work.kind),
                                "does": .string(step.work.sentence),
                                "needs": .array(step.needs.map(JSONValue.string)),
                            ])
                        }
                    ),
                    "last_job": last?.json ?? .null,
                ])
            )
        }
        return .object(["pipelines": .array(list)])
    }

    private func trigger(_ request: Request, _ name: String) async throws -> Response {
        let by: String
        if let shown = request.headers[Self.keyName] {
            // Whether the pipeline exists is told to those only who know a key.
            let pipeline = try self.context.pipelines().first { $0.name == name }
            let isKnown =
                pipeline?.triggers
                .contains { trigger in
                    if case .http(let key) = trigger { key.matches(shown) } else { false }
                } ?? false
            guard isKnown else {
                throw JobError(
                    .jobTriggerRefused,
                    "the key in X-Trigger-Key starts no pipeline '\(name)'; send the one of its http trigger"
                )
            }
            by = "trigger key"
        } else {
            try Principal.require(.write, on: .unnamed)
            by = Principal.attribution(orClaimed: nil, at: self.context.now()).actor
        }
        let pipeline = try self.context.pipeline(name)
        let once = request.headers[Self.onceName]
        if let once, once.utf8.count > 200 {
            throw JobError(.jobInvalid, "the header Idempotency-Key has more than 200 bytes; send a shorter one")
        }
        return Self.answer(try await self.context.desk.begin(pipeline, http: by, once: once))
    }

    private func push(_ request: Request, _ name: String) async throws -> Response {
        let body = try await Self.body(request, limit: Self.pushLimit)
        let (signature, token) = (request.headers[Self.signatureName], request.headers[Self.tokenName])
        let pipeline = try self.context.pipelines().first { $0.name == name }
        let trusted = (pipeline?.triggers ?? [])
            .filter { trigger in
                guard case .push(let secret, _, _) = trigger else { return false }
                return PushNotice.isGenuine(body, secret: secret, signature: signature, token: token)
            }
        guard let pipeline, !trusted.isEmpty else {
            throw JobError(
                .jobTriggerRefused,
                "the push is signed by no secret of a git_push trigger of '\(name)'; set the same secret on both sides"
            )
        }
        guard let notice = PushNotice(body: body) else {
            return JSONResponse.make(.ok, .object(["ignored": "not a push of a commit to a branch"]))
        }
        for trigger in trusted {
            guard case .push(_, notice.branch, let update) = trigger else { continue }
            let commit = JobCause.Commit(id: notice.commit, branch: notice.branch, update: update)
            return Self.answer(try await self.context.desk.begin(pipeline, commit: commit, by: trigger))
        }
        return JSONResponse.make(.ok, .object(["ignored": "no trigger is for this branch"]))
    }

    private static func answer(_ creation: JobCreation) -> Response {
        switch creation {
        case .created(let stored): JSONResponse.make(.accepted, .object(["job": stored.json]))
        case .repeated(let id):
            JSONResponse.make(.ok, .object(["repeated": .boolean(true), "job_id": id.map { .string($0) } ?? .null]))
        case .skipped(let reason): JSONResponse.make(.ok, .object(["skipped": .string(reason)]))
        }
    }

    // MARK: Jobs

    private func list(_ request: Request) async throws -> JSONValue {
        try Principal.require(.read, on: .unnamed)
        let query = request.uri.queryParameters
        var filter = JobFilter(limit: try Self.number("limit", query, 1...1_000) ?? 50)
        filter.pipeline = query["pipeline"].map(String.init)
        filter.before = try Self.number("before", query, 1...Int.max).map(Int64.init)
        if let text = query["phase"].map(String.init) {
            guard let phase = JobPhase(rawValue: text) else {
                let words = JobPhase.allCases.map(\.rawValue)
                throw JobError(
                    .jobInvalid,
                    "'\(text)' is no phase; phases are \(words.joined(separator: ", "))."
                        + NearestName.suggestion(text, among: words)
                )
            }
            filter.phase = phase
        }
        let jobs = try await self.context.store.jobs(filter)
        return .object([
            "jobs": .array(jobs.map(\.json)),
            "next_before": jobs.count == filter.limit ? jobs.last.map { .integer($0.sequence) } ?? .null : .null,
        ])
    }

    private func logs(_ request: Request, _ id: String) async throws -> JSONValue {
        try Principal.require(.read, on: .unnamed)
        let query = request.uri.queryParameters
        _ = try await self.context.job(id)
        let lines = try await self.context.store.log(
            of: id,
            step: query["step"].map(String.init),
            after: Int64(try Self.number("after", query, 0...Int.max) ?? 0),
            limit: try Self.number("limit", query, 1...10_000) ?? 1_000
        )
        return .object([
            "lines": .array(
                lines.map { line in
                    .object([
                        "sequence": .integer(line.sequence), "step": .string(line.step),
                        "start": .integer(Int64(line.start)), "at": .string(line.at.description),
                        "text": .string(line.text),
                    ])
                }
            )
        ])
    }

    private func change(_ request: Request, _ id: String, _ verb: String) async throws -> Response {
        try Principal.require(.write, on: .unnamed)
        let body = try await Self.body(request, limit: Self.bodyLimit)
        var reason: String?
        if !body.isEmpty {
            guard case .object(let members)? = try? JSONValue(parsing: body) else {
                throw JobError(.jobInvalid, "the body is no JSON object")
            }
            for key in members.keys.sorted() where key != "reason" {
                throw JobError(.jobInvalid, "unknown member '\(key)'; known: reason")
            }
            if case .string(let text)? = members["reason"] { reason = text }
        }
        let author = Principal.attribution(orClaimed: nil, at: self.context.now(), reason: reason)
        _ = try await self.context.job(id)
        let stored =
            if verb == "cancel" {
                try await self.context.store.cancel(
                    id,
                    Job.Cancellation(by: author.actor, at: author.at, reason: reason),
                    at: author.at
                )
            } else {
                try await self.context.store.retry(id, by: author.actor, at: author.at)
            }
        return JSONResponse.make(.ok, .object(["job": stored.json]))
    }

    // MARK: Reading

    private static func body(_ request: Request, limit: Int) async throws -> Data {
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return Data(buffer.readableBytesView)
        } catch {
            throw JobError(.jobInvalid, "the body has more than \(limit) bytes, or broke off")
        }
    }

    private static func number(
        _ name: String,
        _ query: Parameters,
        _ range: ClosedRange<Int>
    ) throws -> Int? {
        guard let text = query[Substring(name)] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw JobError(.jobInvalid, "'\(name)' must be a whole number of at least \(range.lowerBound)")
        }
        return value
    }
}
