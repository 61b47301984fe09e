import MartletCore
import MartletTracking

/// What stands at the top of every page about one run.
struct RunHead: Sendable {
    /// The tabs of a run.
    enum Tab: String, Sendable, CaseIterable {
        case overview
        case metrics
        case artifacts
    }

    let run: Run
    let experiment: Experiment?

    /// Finds the run the address names.
    init(_ visit: ConsoleVisit, _ context: ConsoleContext) async throws {
        let text = visit.component(1)
        guard let id = RunID(text), let run = try await context.tracking.run(id) else {
            throw ConsoleProblem.missing(visit.words, "missing.run", text)
        }
        self.run = run
        self.experiment = try await context.tracking.experiment(id: run.experimentID)
    }

    /// Name, status, way back and tabs.
    func view(_ visit: ConsoleVisit, tab: Tab) -> View {
        let address = Address.of("runs", self.run.id.description)
        return RunBadge.view(self.run, visit)
            .merging([
                "experimentName": self.experiment?.name ?? self.run.experimentID,
                "experimentAddress": Address.of("experiments", self.run.experimentID),
                "isDeletedRun": self.run.lifecycle == .deleted,
                "liveInterval": self.run.status.isFinal ? nil : 3_000,
                "tabs": Tab.allCases.map { one -> View in
                    [
                        "tabTitle": visit.words["tab." + one.rawValue], "isCurrent": one == tab,
                        "tabAddress": one == .overview ? address : "\(address)/\(one.rawValue)",
                    ]
                },
            ])
    }
}
