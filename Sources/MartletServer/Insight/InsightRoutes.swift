import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletFeatures
import MartletIngest
import MartletMonitoring
import MartletReleases
import MartletRetraining
import MartletTracking
import NIOCore

/// What the console's pages tell, over HTTP.
///
/// | Method | Path | What it tells |
/// | --- | --- | --- |
/// | `GET` | `/v1/overview` | whether everything is well, what waits for whom, predictions and contracts |
/// | `GET` | `/v1/indicators` | deployments, their success, ways back, automation; the last 30 days |
/// | `GET` | `/v1/sources`, `/v1/sources/{source}` | what sources loaded, hold back, refused |
/// | `GET` | `/v1/quarantine/{source}` | rows held back; `?rule=`, `?batch=`, `?offset=`, `?limit=` |
/// | `POST` | `/v1/quarantine/{source}/readmit`, `…/discard` | `{"rule", "batch", "rows", "reason", "dry_run"}` |
/// | `GET` | `/v1/features` | the feature views, how fresh they are |
/// | `GET` | `/v1/quality` | drift and error of what is live, hour by hour |
/// | `GET` | `/v1/retraining`, `/v1/retraining/{plan}` | plans, decisions made again, trainings |
struct InsightRoutes: Sendable {
    let context: ConsoleContext

    private static let bodyLimit = 65_536

    func add<Context: RequestContext>(to router: Router<Context>) {
        router.only(.get, "/v1/overview") { _, _ in JSONResponse.make(.ok, try await self.overview()) }
        router.only(.get, "/v1/indicators") { _, _ in
            let reader = IndicatorReader(context: self.context, now: self.context.now())
            return JSONResponse.make(.ok, try await reader.indicators().json)
        }
        router.only(.get, "/v1/quality") { _, _ in JSONResponse.make(.ok, self.quality()) }
        if let features = self.context.features {
            router.only(.get, "/v1/features") { _, _ in JSONResponse.make(.ok, try await self.features(features)) }
        }
        if let data = self.context.data { self.add(data, to: router) }
        if let retraining = self.context.retraining { self.add(retraining, to: router) }
    }

    // MARK: Overview and quality

    private func overview() async throws -> JSONValue {
        let reader = OverviewReader(context: self.context, words: Language.english.words)
        return try await reader.overview().json
    }

    private func quality() -> JSONValue {
        let versions = self.context.monitoring()
            .filter { (try? Principal.require(.read, on: .endpoint($0.endpoint))) != nil }
        return .object([
            "versions": .array(
                versions.map { version in
                    let (drift, quality) = (version.drift, version.quality)
                    return .object([
                        "endpoint": .string(version.endpoint), "version": .string(version.version.description),
                        "at": .string(version.at.description), "window": .string(version.window.description),
                        "verdict": .string(drift.verdict.rawValue), "drift": Self.json(drift),
                        "maturity": Self.json(quality.maturity), "realised": Self.json(quality.realised),
                        "estimated": .array(quality.estimated.map(Self.json)),
                        "test_error": quality.testError.map { .number($0) } ?? .null,
                        "worst_slices": .array(quality.worstSlices.prefix(20).map(Self.json)),
                        "trend": .array(version.trend.map(Self.json)),
                    ])
                }
            )
        ])
    }

    private func features(_ features: FeatureContext) async throws -> JSONValue {
        try Principal.require(.read, on: .unnamed)
        let catalog = try features.catalog()
        let standings = try await features.standings(catalog.views)
        return .object([
            "views": .array(
                zip(catalog.views, standings)
                    .map { view, standing in
                        .object([
                            "definition": view.json, "standing": Self.json(standing),
                            "freshness": .string(
                                FreshnessMark(view, standing, now: self.context.now()).rawValue
                            ),
                            "models": .object(
                                Dictionary(
                                    uniqueKeysWithValues: view.features.map { feature in
                                        let users = features.users(of: feature.name, in: view.name, catalog)
                                        return (feature.name, .array(users.models.map(JSONValue.string)))
                                    }
                                )
                            ),
                        ])
                    }
            )
        ])
    }

    // MARK: Data

    private func add<Context: RequestContext>(_ data: DataContext, to router: Router<Context>) {
        router.only(.get, "/v1/sources") { _, _ in
            try Principal.require(.read, on: .unnamed)
            let reading = await data.standings()
            return JSONResponse.make(
                .ok,
                .object([
                    "sources": .array(reading.standings.map(Self.json)),
                    "fault": reading.fault.map { .string($0) } ?? .null,
                ])
            )
        }
        router.only(.get, "/v1/sources/{source}") { _, context in
            try Principal.require(.read, on: .unnamed)
            let source = context.parameters.get("source") ?? ""
            let standing = await data.standings().standings.first { $0.source == source }
            if standing == nil { _ = try data.definition(source) }
            return JSONResponse.make(
                .ok,
                .object([
                    "source": Self.json(standing ?? SourceStanding(source: source)),
                    "loads": .array(try await data.loads(of: source, limit: 100).map(Self.json)),
                    "held": .array(try await data.heldCounts().filter { $0.source == source }.map(Self.json)),
                ])
            )
        }
        router.only(.get, "/v1/quarantine/{source}") { request, context in
            try Principal.require(.read, on: .unnamed)
            let query = request.uri.queryParameters
            let selection = QuarantineSelection(
                source: context.parameters.get("source") ?? "",
                rule: query["rule"].map(String.init),
                batch: query["batch"].map(String.init)
            )
            let rows = try await data.heldRows(
                selection,
                offset: try Self.number("offset", query, 0...Int.max) ?? 0,
                limit: try Self.number("limit", query, 1...1_000) ?? 50
            )
            return JSONResponse.make(.ok, .object(["rows": .array(rows.map(Self.json))]))
        }
        for verb in ["readmit", "discard"] {
            router.only(.post, RouterPath("/v1/quarantine/{source}/\(verb)")) { request, context in
                let source = context.parameters.get("source") ?? ""
                return JSONResponse.make(.ok, try await self.change(data, source, verb, request))
            }
        }
    }

    private func change(
        _ data: DataContext,
        _ source: String,
        _ verb: String,
        _ request: Request
    ) async throws -> JSONValue {
        try Principal.require(.write, on: .unnamed)
        let order = try QuarantineOrder(parsing: try await Self.body(request))
        let author = Principal.attribution(orClaimed: nil, at: self.context.now(), reason: order.reason)
        let selection = QuarantineSelection(
            source: source,
            rule: order.rule,
            batch: order.batch,
            rows: order.rows
        )
        if verb == "readmit" {
            let outcome = try await data.readmit(selection, author, isTrial: order.isTrial)
            return .object(["batches": .array(outcome.map(Self.json)), "dry_run": .boolean(order.isTrial)])
        }
        guard !order.isTrial, order.reason != nil else {
            throw TrackingError(
                .dataInvalid,
                "rows are discarded with a 'reason', and never as a trial; give one and leave 'dry_run' out"
            )
        }
        return .object(["discarded": .integer(Int64(try await data.discard(selection, author)))])
    }

    // MARK: Retraining

    private func add<Context: RequestContext>(_ retraining: RetrainingContext, to router: Router<Context>) {
        router.only(.get, "/v1/retraining") { _, _ in
            try Principal.require(.read, on: .unnamed)
            var plans: [JSONValue] = []
            for plan in try retraining.plans() {
                guard case .object(var members) = plan.summary else { continue }
                let (store, name) = (retraining.store, plan.name)
                members["last_decision"] = try await store.decisions(of: name, limit: 1).first.map(Self.json) ?? .null
                members["last_training"] = try await store.attempts(of: name, limit: 1).first.map(Self.json) ?? .null
                plans.append(.object(members))
            }
            return JSONResponse.make(.ok, .object(["plans": .array(plans)]))
        }
        router.only(.get, "/v1/retraining/{plan}") { request, context in
            try Principal.require(.read, on: .unnamed)
            let plan = try retraining.plan(context.parameters.get("plan") ?? "")
            let limit = try Self.number("limit", request.uri.queryParameters, 1...1_000) ?? 50
            let decisions = try await retraining.store.decisions(of: plan.name, limit: limit)
            return JSONResponse.make(
                .ok,
                .object([
                    "plan": plan.summary,
                    "decisions": .array(
                        decisions.map { record in
                            guard case .object(var members) = Self.json(record) else { return .null }
                            members["replay"] = .string(RetrainingReplay(record).outcome.rawValue)
                            return .object(members)
                        }
                    ),
                    "trainings": .array(
                        try await retraining.store.attempts(of: plan.name, limit: limit).map(Self.json)
                    ),
                ])
            )
        }
    }

    // MARK: Reading

    private static func json(_ value: some Encodable) -> JSONValue { (try? JSONValue(encoding: value)) ?? .null }

    private static func body(_ request: Request) async throws -> Data {
        do {
            return Data(try await request.body.collect(upTo: Self.bodyLimit).readableBytesView)
        } catch {
            throw TrackingError(.dataInvalid, "the body has more than \(Self.bodyLimit) bytes, or broke off")
        }
    }

    private static func number(_ name: String, _ query: Parameters, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = query[Substring(name)] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            let most = range.upperBound == Int.max ? "" : " and at most \(range.upperBound)"
            throw TrackingError(
                .dataInvalid,
                "'\(name)' must be a whole number of at least \(range.lowerBound)\(most)"
            )
        }
        return value
    }
}

/// What a request asks to be done with rows in quarantine.
struct QuarantineOrder: Sendable, Hashable {
    var rule: String?
    var batch: String?
    var rows: [Int] = []
    var reason: String?
    var isTrial = false

    private static let names = ["rule", "batch", "rows", "reason", "dry_run"]

    /// Reads a JSON object; nothing at all means every row.
    ///
    /// - Throws: `data.invalid` for anything else, and for a member that is unknown or of another type.
    init(parsing body: Data) throws(TrackingError) {
        guard !body.isEmpty else { return }
        guard case .object(let members)? = try? JSONValue(parsing: body) else {
            throw TrackingError(.dataInvalid, "the body is no JSON object")
        }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            switch (key, value) {
            case ("rule", .string(let text)): self.rule = text
            case ("batch", .string(let text)): self.batch = text
            case ("reason", .string(let text)): self.reason = text
            case ("dry_run", .boolean(let flag)): self.isTrial = flag
            case ("rows", .array(let rows)):
                self.rows = rows.compactMap { if case .integer(let row) = $0 { Int(row) } else { nil } }
                guard self.rows.count == rows.count, rows.count <= 1_000 else {
                    throw TrackingError(.dataInvalid, "'rows' holds at most 1000 whole numbers")
                }
            default:
                guard Self.names.contains(key) else {
                    throw TrackingError(
                        .dataInvalid,
                        "unknown member '\(key)'; known: \(Self.names.joined(separator: ", "))."
                            + NearestName.suggestion(key, among: Self.names)
                    )
                }
                throw TrackingError(.dataInvalid, "'\(key)' is of another type than is wanted")
            }
        }
    }
}
