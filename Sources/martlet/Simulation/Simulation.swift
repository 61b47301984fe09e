import Foundation
import MartletCore
import MartletIngest
import MartletJobs
import MartletTracking
import MartletTraining

/// Lets a copy of a workspace live through days in minutes.
///
/// Pipelines, trainings, gateway, monitoring, statistics and releases are the real ones, in this process; their clock is
/// moved from one thing that happens to the next. Made up are visitors, what they sign, when data arrive and the clock.
struct Simulation: Sendable {
    let plan: SimulationPlan
    let days: Int
    let troubles: [SimulatedTrouble]
    let seed: UInt64
    /// Where the copy is made; new or empty.
    let folder: URL
    let terminal: Terminal

    /// Makes the copy, brings it to the first day and lets the days pass.
    ///
    /// - Throws: `CommandError` with `simulation.invalid` or `workspace.folderNotEmpty`, and what the first load and training
    ///   throw.
    func run(_ application: Application) async throws -> SimulationReport {
        let calendar = SimulatedCalendar(self.plan.zone)
        try SimulatedCopy(of: application.workspace).make(in: self.folder)
        let world = try await self.world(application)
        let copy = try self.load(self.folder, application)
        let arrivals = try SimulatedArrivals(
            self.plan,
            copy.workspace,
            folder: Self.arrivals(of: copy.workspace)
        )
        let start = try self.start(arrivals, world, calendar)
        let time = SteppedTime(start - self.plan.first.age, seed: self.seed &+ 3)
        let timeline = SimulationTimeline(calendar, self.terminal)
        var simulated = copy
        simulated.clock = WorkspaceClock(time)
        simulated.arrivals = arrivals
        simulated.identifiers = IdentifierSource(seed: self.seed)
        let chance = SharedRandom(seed: self.seed &+ 1)
        simulated.drill = FaultDrill(terminal: simulated.terminal, chance: { chance.unit() })
        try await self.prepare(simulated, time, start, timeline)
        for case .sourceFailure(let day) in self.troubles {
            arrivals.fail(in: calendar.midnight(day - 1, after: start)..<calendar.midnight(day, after: start))
        }
        let recipe = try simulated.recipe(file: nil, name: self.plan.recipe.value).definition
        let run = try SimulationRun(
            self,
            simulated,
            time,
            SimulatedVisitors(self.plan, recipe, world, seed: self.seed &+ 2),
            timeline: timeline,
            from: start
        )
        let report = try await run.live()
        // What comes after goes on from here, at the speed of any clock.
        try WorkspaceClock(speed: 1, began: time.now, setAt: .now).write(in: simulated.workspace.storeFolder)
        try Data((report.json.prettyText + "\n").utf8).write(to: self.folder.appending(path: "simulation.json"))
        return report
    }

    /// Whether a simulation lived in `workspace`, to its end or not.
    static func isCopy(_ workspace: Workspace) -> Bool {
        FileManager.default.fileExists(atPath: Self.arrivals(of: workspace).path)
    }

    /// What has arrived by the clock, beside the stores.
    private static func arrivals(of workspace: Workspace) -> URL {
        workspace.storeFolder.appending(path: "simulated")
    }

    // MARK: Before the first day

    /// All rows that visitors will look at, read in a folder that is gone afterwards.
    private func world(_ application: Application) async throws -> SimulatedWorld {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-world-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try SimulatedCopy(of: application.workspace).make(in: folder)
        let whole = try self.load(folder, application)
        let outcome = try await whole.ingest([], file: nil, isReload: false) { _ in }
        if let failure = outcome.failures.first { throw failure }
        return try await SimulatedWorld(try whole.recipe(file: nil, name: self.plan.recipe.value).definition, whole)
    }

    /// The copy in `folder`, which says nothing on the terminal.
    private func load(_ folder: URL, _ application: Application) throws -> Application {
        let workspace = try WorkspaceLoader(environment: application.processEnvironment).load(folder.path)
        var copy = Application(workspace: workspace, processEnvironment: application.processEnvironment)
        copy.terminal.isSilent = true
        return copy
    }

    /// The first midnight: that of the plan, or of the last Monday whose days the arriving data cover.
    private func start(
        _ arrivals: SimulatedArrivals,
        _ world: SimulatedWorld,
        _ calendar: SimulatedCalendar
    ) throws -> EventTime {
        if let start = self.plan.start { return calendar.midnight(ofDate: start) }
        let last = arrivals.last ?? world.rows[world.rows.count - 1].at
        return calendar.monday(before: calendar.midnight(-self.days, after: last))
    }

    /// Trains the first model on what had arrived by then, and has it answer when the first day begins.
    private func prepare(
        _ application: Application,
        _ time: SteppedTime,
        _ start: EventTime,
        _ timeline: SimulationTimeline
    ) async throws {
        let name = self.plan.first.recipe?.value ?? self.plan.recipe.value
        let recipe = try application.recipe(file: nil, name: name)
        _ = try await self.ingest(application)
        if !application.workspace.features.isEmpty { _ = try await application.applyFeatures(isDryRun: false) }
        let report = try await application.train(recipe, by: self.plan.people.name) { _ in }
        guard let version = report.version else {
            throw CommandError(
                .simulationInvalid,
                "the first model was not registered: \(report.refusal ?? "no version passed"); give 'first_model' a "
                    + "smaller 'age', so that more data had arrived, or another 'recipe'"
            )
        }
        timeline.add("before", "\(version) is trained on \(Quantity.count(report.rowCount)) rows", at: time.now)
        time.move(to: start - .seconds(12 * 3_600))
        let author = Attribution(by: self.plan.people.name, at: time.now, reason: "every gate passed")
        _ = try await application.registry().decide(.approved, on: version, author)
        _ = try await application.deploy(version.description, to: self.plan.endpoint.value, author)
        let loaded = try await self.ingest(application)
        if !application.workspace.features.isEmpty {
            _ = try await application.materialize([], asOf: time.now, isFull: false) { _, _ in }
        }
        timeline.add(
            "before",
            "\(version) answers at \(self.plan.endpoint.value); \(Quantity.count(loaded)) rows loaded since",
            at: time.now
        )
        time.move(to: start)
    }

    private func ingest(_ application: Application) async throws -> Int {
        let outcome = try await application.ingest([], file: nil, isReload: false) { _ in }
        if let failure = outcome.failures.first { throw failure }
        if let refused = outcome.reports.first(where: { $0.outcome == .refused }) {
            throw CommandError(
                .simulationInvalid,
                "the batch \(refused.origin) of '\(refused.source)', which is there before the first day, was refused: "
                    + (refused.figures.refusals.first ?? "it broke a rule about the whole")
            )
        }
        return outcome.reports.filter { $0.outcome == .loaded }.reduce(0) { $0 + $1.figures.rowsLoaded }
    }
}
