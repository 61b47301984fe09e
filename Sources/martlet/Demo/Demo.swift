import Foundation
import MartletCore
import MartletFeatures
import MartletTracking
import MartletTraining
import Synchronization

/// The whole path on generated data, step by step, through the same code as the commands.
struct Demo {
    let folder: URL
    let seed: UInt64
    let salesCount: Int
    let port: Int
    let isKept: Bool
    /// How many days the copy lives through at the end; 0 leaves them out.
    let days: Int
    private let terminal = Terminal()

    init(folder: URL, seed: UInt64, salesCount: Int, port: Int, isKept: Bool, days: Int) {
        self.folder = folder
        self.seed = seed
        self.salesCount = salesCount
        self.port = port
        self.isKept = isKept
        self.days = days
    }

    /// Runs every step; the first failure ends it.
    func run() async throws {
        let start = ContinuousClock.now
        let example = try await self.step("make a workspace and GENERATED sales") { try self.generate() }
        let application = try self.application()
        try await self.step("check the workspace, without data") { try self.check(application) }
        try await self.step("ingest: raw, checked, cleaned, loaded") { try await self.ingest(application) }
        try await self.step("record the features") { try await self.apply(application) }
        let version = try await self.step("train and judge") { try await self.train(application) }
        try await self.step("approve and deploy") { try await self.deploy(application, version) }
        try await self.step("materialize: newest feature rows for serving") { try await self.materialize(application) }
        try await self.serve(application, example)
        let lived = self.days > 0 ? try await self.live(application) : nil
        self.summary(lived, since: start)
        if self.isKept { try await self.keep(lived ?? self.folder) }
    }

    // MARK: Steps

    private func generate() throws -> DemoData.Example {
        try WorkspaceTemplate.apartments.write(to: self.folder)
        let today = EventTime(iso8601: EventTime.now.day) ?? .now
        let data = DemoData(seed: self.seed, salesCount: self.salesCount, lastDay: today - .days(1))
        let summary = try data.write(to: self.folder.appending(path: "data"))
        self.say(
            "GENERATED: \(Quantity.count(summary.salesCount)) sales in \(summary.buildingCount) invented buildings, "
                + "\(summary.stationCount) invented stations, \(Quantity.bytes(summary.byteCount)); seed \(self.seed)"
        )
        let defects = summary.defects
        self.say(
            "defects as in the official file: \(defects.duplicates) duplicates, \(defects.cancelled) cancelled, "
                + "\(defects.rights) rights, \(defects.yearZero) without year, \(defects.missingFloor) without floor; CP949"
        )
        return summary.example
    }

    private func application() throws -> Application {
        let environment = ProcessInfo.processInfo.environment
        let workspace = try WorkspaceLoader(environment: environment).load(self.folder.path)
        return Application(workspace: workspace, processEnvironment: environment)
    }

    private func check(_ application: Application) throws {
        let result = WorkspaceChecker(workspace: application.workspace, locator: application.locator).check()
        self.terminal.show(result.diagnostics)
        if result.diagnostics.contains(where: { $0.severity == .error }) {
            throw CommandError(.workspaceInvalid, "the demo's workspace has faults", status: .invalid)
        }
        self.say("\(result.queryCount) queries and expressions prepared, \(result.catalog.views.count) feature views")
    }

    private func ingest(_ application: Application) async throws {
        let outcome = try await application.ingest([], file: nil, isReload: false) { _ in }
        IngestReportView(outcome.reports).show(on: self.terminal, asJSON: false)
        if let failure = outcome.failures.first { throw failure }
    }

    private func apply(_ application: Application) async throws {
        let plan = try await application.applyFeatures(isDryRun: false)
        self.terminal.show(FeaturesApplyCommand.table(plan.changes), asJSON: false, emptyNote: "nothing changed")
    }

    private func train(_ application: Application) async throws -> ModelVersionID {
        let file = try application.recipe(file: nil, name: "price")
        let view = TrainingProgressView(self.terminal, isSilent: false)
        let report = try await application.train(file, by: Self.actor) { view.show($0) }
        view.finish()
        TrainingReportView(report, recipe: file.definition).show(on: self.terminal)
        guard let version = report.version else { throw QuietExit(status: .gateFailed) }
        return version
    }

    private func deploy(_ application: Application, _ version: ModelVersionID) async throws {
        let author = Attribution(by: Self.actor, at: .now, reason: "every gate passed")
        let registry = try application.registry()
        _ = try await registry.decide(.approved, on: version, author)
        try await registry.setAlias("champion", to: version, author)
        let deployment = try await application.deploy("\(version.model)@champion", to: Self.endpoint, author)
        let ledger = try await application.ledger().verify(anchor: nil)
        self.say("\(version) approved, \(version.model)@champion, endpoint \(deployment.endpoint)")
        self.say("ledger \(ledger.isIntact ? "intact" : "broken"), \(ledger.entryCount) entries")
    }

    private func materialize(_ application: Application) async throws {
        let reports = try await application.materialize([], asOf: .now, isFull: false) { _, _ in }
        self.terminal.show(FeaturesMaterializeCommand.table(reports), asJSON: false)
    }

    private func serve(
        _ application: Application,
        _ example: DemoData.Example
    ) async throws {
        self.heading("serve")
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let isEnded: @Sendable () async -> Void = { for await _ in ended {} }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await application.serve(
                    host: "127.0.0.1",
                    port: 0,
                    until: isEnded,
                    onListening: { continuation.yield($0) }
                )
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await group.waitForAll()
                return
            }
            let url = "http://127.0.0.1:\(port)"
            try await self.ask(application, example, url)
            end.finish()
            try await group.waitForAll()
        }
    }

    private func ask(_ application: Application, _ example: DemoData.Example, _ url: String) async throws {
        let id = try await self.step("predict, with reasons") {
            let pairs = try KeyValueArguments([
                "building_id=\(example.building)", "district_code=\(example.district)", "area=\(example.area)",
                "floor=\(example.floor)", "built_year=\(example.builtYear)", "deal_kind=중개거래",
            ])
            let body = try await application.predictionBody(Self.endpoint, pairs, explain: true)
            let answer = try await application.predict(endpoint: Self.endpoint, body: body, url: url)
            self.say("a flat of \(example.area) m² in \(example.building) (GENERATED), floor \(example.floor):")
            PredictionView(answer).show(on: self.terminal)
            return answer["request_id"]?.text ?? ""
        }
        try await self.step("trace: back to the raw files") {
            TraceView(try await self.traceWhenWritten(application, id)).show(on: self.terminal)
        }
    }

    /// The record is in the log within a second of the answer.
    private func traceWhenWritten(_ application: Application, _ id: String) async throws -> PredictionTrace {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(5)
        while true {
            do {
                return try await application.trace(id)
            } catch let error as CommandError where error.code == .commandNotFound && clock.now < deadline {
                try await clock.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Lets a copy live through days: pipelines, an experiment, a release, monitoring and alerts, as they come.
    ///
    /// - Returns: the folder of the copy.
    private func live(_ application: Application) async throws -> URL {
        try await self.step("\(self.days) days on a fast clock; visitors and contracts are GENERATED") {
            let folder = self.folder.deletingLastPathComponent()
                .appending(path: self.folder.lastPathComponent + "-days")
            let simulation = Simulation(
                plan: try application.simulationPlan(named: "ten-days"),
                days: self.days,
                troubles: [],
                seed: self.seed,
                folder: folder,
                terminal: self.terminal
            )
            let report = try await simulation.run(application)
            let figures = report.figures
            self.say(
                "\(Quantity.count(figures.visitors)) GENERATED visitors, \(Quantity.count(figures.signed)) contracts, "
                    + "\(Quantity.count(figures.failures)) failed requests; \(report.live) is live"
            )
            return folder
        }
    }

    /// Serves the workspace in `folder`, with its console, until Ctrl-C.
    private func keep(_ folder: URL) async throws {
        let environment = ProcessInfo.processInfo.environment
        let workspace = try WorkspaceLoader(environment: environment).load(folder.path)
        let application = Application(
            workspace: workspace,
            processEnvironment: environment,
            clock: try .read(in: workspace.storeFolder)
        )
        let terminal = self.terminal
        let listening: @Sendable (Int) -> Void = { port in
            terminal.line("  console     http://127.0.0.1:\(port)/console, until Ctrl-C")
        }
        try await application.serve(.everything, host: "127.0.0.1", port: self.port, onListening: listening)
    }

    private func summary(_ lived: URL?, since start: ContinuousClock.Instant) {
        self.heading("done in \(Self.seconds(since: start)), on GENERATED data")
        let shown = self.folder.path
        self.terminal.line("  workspace   \(shown)")
        self.terminal.line("  raw files   \(shown)/.martlet/raw")
        self.terminal.line("  warehouse   \(shown)/.martlet/warehouse.duckdb")
        self.terminal.line("  models      \(shown)/.martlet/artifacts")
        self.terminal.line("  predictions \(shown)/.martlet/predictions")
        if let lived { self.terminal.line("  the days    \(lived.path)") }
        if !self.isKept { self.terminal.line("  console     martlet up --workspace \((lived ?? self.folder).path)") }
    }

    // MARK: Output

    private static let endpoint = "apartment-price"
    private static let actor = "demo"

    private func step<Result>(_ title: String, _ body: () async throws -> Result) async throws -> Result {
        self.heading(title)
        let start = ContinuousClock.now
        let result = try await body()
        self.terminal.line(self.terminal.output.dim("  \(Self.seconds(since: start))"))
        return result
    }

    private func heading(_ title: String) { self.terminal.line("\n" + self.terminal.output.bold("== \(title)")) }

    private func say(_ text: String) { self.terminal.line("  " + text) }

    private static func seconds(since start: ContinuousClock.Instant) -> String {
        Quantity.duration((ContinuousClock.now - start) / .seconds(1))
    }
}
