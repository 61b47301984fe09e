import MartletCore
import MartletTracking

/// The list of experiments, each with its newest run.
struct ExperimentsPage: Sendable {
    static let pageSize = 50
    private static let address = Address.of("experiments")

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let words = self.visit.words
        let isDeleted = self.visit.query["state"] == "deleted"
        let wanted = self.visit.query["q"]?.lowercased()
        let all = try await self.context.tracking.experiments(lifecycle: isDeleted ? .deleted : .active, limit: 10_000)
        let found = all.filter { wanted == nil || $0.name.lowercased().contains(wanted ?? "") }
        let paging = Paging(self.visit, size: Self.pageSize, count: found.count, path: Self.address)
        var rows: [View] = []
        for experiment in found.dropFirst(paging.offset).prefix(Self.pageSize) {
            rows.append(try await self.row(experiment))
        }
        return ConsolePage(
            template: "experiments",
            title: words["experiments"],
            section: .experiments,
            view: [
                "rows": rows, "hasRows": !rows.isEmpty, "search": self.visit.query["q"] ?? "",
                "count": Figures.count(found.count), "isDeleted": isDeleted, "paging": paging.view,
                "isSearch": wanted != nil, "activeAddress": Self.address,
                "deletedAddress": Self.address + "?state=deleted",
            ]
        )
    }

    private func row(_ experiment: Experiment) async throws -> View {
        let search = RunSearch(experimentIDs: [experiment.id], limit: 1)
        let newest = try await self.context.tracking.search(search).runs.first
        var view: View = [
            "id": experiment.id, "name": experiment.name,
            "href": Address.of("experiments", experiment.id),
            "created": self.visit.figures.view(experiment.createdAt),
            "note": experiment.tags["mlflow.note.content"],
        ]
        if let newest {
            view["newest"] = RunBadge.view(newest, self.visit)
                .merging(["started": self.visit.figures.view(newest.startedAt)])
        }
        return view
    }
}

/// How a run is named and marked wherever it is mentioned.
enum RunBadge {
    /// Name, address and status of `run`.
    static func view(_ run: Run, _ visit: ConsoleVisit) -> View {
        [
            "runName": run.name.isEmpty ? run.id.short : run.name, "runAddress": Address.of("runs", run.id.description),
            "runID": run.id.description, "runShort": run.id.short, "status": self.status(run.status),
            "statusText": visit.words["status." + run.status.rawValue], "isRunning": !run.status.isFinal,
        ]
    }

    /// The style class of a status.
    static func status(_ status: RunStatus) -> String { status.rawValue.lowercased() }
}

/// Which part of a long list is shown, and the way to its neighbours.
struct Paging: Sendable {
    let offset: Int
    let view: View

    /// Reads the page from the query; `count` is how many there are, when that is known.
    init(_ visit: ConsoleVisit, size: Int, count: Int, path: String) {
        let number = max(1, Int(visit.query["page"] ?? "") ?? 1)
        self.init(visit, number: number, size: size, hasNext: number * size < count, isEmpty: false, path: path)
    }

    /// As above where only the next page's being there is known.
    init(_ visit: ConsoleVisit, number: Int, size: Int, hasNext: Bool, isEmpty: Bool, path: String) {
        self.offset = (number - 1) * size
        var view: View = [:]
        if number > 1 {
            view["previous"] = visit.query.setting("page", number == 2 ? nil : String(number - 1)).after(path)
        }
        if hasNext { view["next"] = visit.query.setting("page", String(number + 1)).after(path) }
        view["isPaged"] = number > 1 || hasNext
        view["from"] = isEmpty ? "0" : Figures.count(self.offset + 1)
        view["number"] = Figures.count(number)
        self.view = view
    }
}
