import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletReleases
import MartletTracking
import NIOCore

/// Releases and experiments over HTTP.
///
/// | Method | Path | What it does |
/// | --- | --- | --- |
/// | `GET` | `/v1/releases` | lists, the newest first; `?endpoint=` narrows |
/// | `POST` | `/v1/releases` | starts one: `{"plan", "version", "waive": {item: reason}, "reason"}` |
/// | `GET` | `/v1/releases/{id}` | where it stands |
/// | `GET` | `/v1/releases/{id}/decisions` | every decision with its reasons |
/// | `GET` | `/v1/releases/{id}/replay` | makes every decision again |
/// | `POST` | `/v1/releases/{id}/abort`, `…/rollback`, `…/promote` | a person decides; `{"reason"}` |
///
/// `/v1/experiments` is the same for experiments, with `…/stop` in place of `…/abort`.
struct ReleaseRoutes: Sendable {
    let context: ReleaseContext

    private static let bodyLimit = 65_536

    func add(to router: Router<BasicRequestContext>) {
        self.add("release", ["abort", "rollback", "promote"], to: router)
        self.add("experiment", ["stop", "promote"], to: router)
    }

    private func add(_ kind: String, _ verbs: [String], to router: Router<BasicRequestContext>) {
        let group = router.group(RouterPath("/v1/\(kind)s"))
        group.get { request, _ in JSONResponse.make(.ok, try await self.list(kind, request)) }
        group.post { request, _ in JSONResponse.make(.created, try await self.start(kind, request)) }
        group.refuse("", allowing: [.get, .post])
        group.get("{id}") { _, context in
            JSONResponse.make(.ok, try await self.show(try await self.run(kind, context)))
        }
        for path: RouterPath in ["{id}", "{id}/decisions", "{id}/replay"] { group.refuse(path, allowing: [.get]) }
        group.get("{id}/decisions") { _, context in
            let stored = try await self.run(kind, context)
            let decisions = try await self.context.store.allDecisions(about: stored.run.subject)
            return JSONResponse.make(.ok, .object(["decisions": .array(decisions.map(\.json))]))
        }
        group.get("{id}/replay") { _, context in
            let report = try await self.replay(try await self.run(kind, context))
            return JSONResponse.make(
                .ok,
                .object([
                    "decisions": .integer(Int64(report.count)), "agrees": .boolean(report.faults.isEmpty),
                    "faults": .array(report.faults.map(JSONValue.string)),
                ])
            )
        }
        for verb in verbs {
            group.refuse(RouterPath("{id}/\(verb)"), allowing: [.post])
            group.post(RouterPath("{id}/\(verb)")) { request, context in
                let stored = try await self.run(kind, context)
                let members = try await Self.members(request)
                return JSONResponse.make(.ok, try await self.change(stored, verb, members))
            }
        }
    }

    // MARK: Calls

    private func list(_ kind: String, _ request: Request) async throws -> JSONValue {
        let endpoint = request.uri.queryParameters["endpoint"].map(String.init)
        let runs = try await self.context.store.runs(of: endpoint, limit: 1_000)
            .filter { $0.run.kind == kind && Self.mayRead($0.run.endpoint) }
        return .object(["\(kind)s": .array(runs.map(\.run.json))])
    }

    private func start(_ kind: String, _ request: Request) async throws -> JSONValue {
        let members = try await Self.members(request)
        let name = try Self.required("plan", members)
        let plans = try self.context.plans()
        guard let plan = plans.first(where: { $0.name == name }) else {
            throw TrackingError(
                .releaseNotFound,
                "the workspace has no release plan '\(name)'."
                    + NearestName.suggestion(name, among: plans.map(\.name))
            )
        }
        try Principal.require(.deploy, on: .endpoint(plan.endpoint))
        let reference = try ModelReference(try Self.required("version", members))
        let version = try await self.context.registry.resolve(reference).id
        let author = try self.author(members)
        let stored =
            if kind == "release" {
                try await self.context.desk.startRelease(
                    plan,
                    version,
                    waiving: try Self.waivers(members),
                    author
                )
            } else {
                try await self.context.desk.startExperiment(plan, version, author)
            }
        return .object([kind: stored.run.json])
    }

    private func show(_ stored: StoredRun) async throws -> JSONValue {
        var members: [String: JSONValue] = [stored.run.kind: stored.run.json]
        if let assessment = try await self.context.store.assessment(of: stored.run) {
            members["assessment"] = assessment.json
        }
        if let newest = try await self.context.store.newestDecision(about: stored.run.subject) {
            members["newest_decision"] = newest.json
        }
        return .object(members)
    }

    private func change(
        _ stored: StoredRun,
        _ verb: String,
        _ members: [String: JSONValue]
    ) async throws -> JSONValue {
        try Principal.require(.deploy, on: .endpoint(stored.run.endpoint))
        let author = try self.author(members)
        let changed =
            verb == "promote"
            ? try await self.context.desk.promote(stored.run.id, author)
            : try await self.context.desk.abort(stored.run.id, author)
        return .object([changed.run.kind: changed.run.json])
    }

    private func replay(_ stored: StoredRun) async throws -> ReplayReport {
        let decisions = try await self.context.store.allDecisions(about: stored.run.subject)
        let entries = try await self.context.ledger.newestEntries(of: stored.run.subject, limit: 1_000_000)
        return ReplayReport(of: decisions, ledger: entries)
    }

    // MARK: Reading

    /// The run of the path, as far as the account may see it.
    private func run(_ kind: String, _ context: BasicRequestContext) async throws -> StoredRun {
        let stored = try await self.context.desk.run(context.parameters.get("id") ?? "")
        guard stored.run.kind == kind else {
            throw TrackingError(
                .releaseNotFound,
                "'\(stored.run.id)' is no \(kind) but a\(stored.run.kind == "experiment" ? "n" : "") \(stored.run.kind)"
            )
        }
        try Principal.require(.read, on: .endpoint(stored.run.endpoint))
        return stored
    }

    private static func mayRead(_ endpoint: String) -> Bool {
        Principal.current?.may(.read, on: .endpoint(endpoint)) ?? true
    }

    private func author(_ members: [String: JSONValue]) throws -> Attribution {
        Principal.attribution(
            orClaimed: try Self.text("by", members),
            at: self.context.now(),
            reason: try Self.text("reason", members)
        )
    }

    /// The JSON object of a body; an empty body is an empty one.
    private static func members(_ request: Request) async throws -> [String: JSONValue] {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: Self.bodyLimit)
        } catch {
            throw TrackingError(.releaseInvalid, "the body has more than \(Self.bodyLimit) bytes, or broke off")
        }
        if buffer.readableBytes == 0 { return [:] }
        guard case .object(let members)? = try? JSONValue(parsing: Data(buffer.readableBytesView)) else {
            throw TrackingError(.releaseInvalid, "the body is no JSON object")
        }
        let known = ["plan", "version", "waive", "reason", "by"]
        for key in members.keys.sorted() where !known.contains(key) {
            throw TrackingError(
                .releaseInvalid,
                "unknown member '\(key)'." + NearestName.suggestion(key, among: known)
            )
        }
        return members
    }

    private static func text(_ name: String, _ members: [String: JSONValue]) throws -> String? {
        switch members[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw TrackingError(.releaseInvalid, "'\(name)' must be a string")
        }
    }

    private static func required(_ name: String, _ members: [String: JSONValue]) throws -> String {
        if let text = try Self.text(name, members), !text.isEmpty { return text }
        throw TrackingError(.releaseInvalid, "'\(name)' is missing; give it in the body")
    }

    private static func waivers(
        _ members: [String: JSONValue]
    ) throws -> [ReleaseChecklist.Item: String] {
        guard let value = members["waive"], value != .null else { return [:] }
        guard case .object(let items) = value else {
            throw TrackingError(.releaseInvalid, "'waive' must be an object of item and reason")
        }
        var waivers: [ReleaseChecklist.Item: String] = [:]
        for (name, reason) in items {
            guard case .string(let reason) = reason else {
                throw TrackingError(.releaseInvalid, "the reason to waive '\(name)' must be a string")
            }
            waivers[try ReleaseChecklist.Item(named: name)] = reason
        }
        return waivers
    }
}
