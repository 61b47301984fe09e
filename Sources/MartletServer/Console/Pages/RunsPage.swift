import MartletCore
import MartletTracking

/// The runs of one experiment as a table.
struct RunsPage: Sendable {
    static let pageSize = 100

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let words = self.visit.words
        let id = self.visit.component(1)
        guard let experiment = try await self.context.tracking.experiment(id: id) else {
            throw ConsoleProblem.missing(words, "missing.experiment", id)
        }
        let path = Address.of("experiments", id)
        let number = max(1, Int(self.visit.query["page"] ?? "") ?? 1)
        var found = RunPage(runs: [], nextOffset: nil)
        var problem: String?
        do {
            var search = try RunSearch(
                experimentIDs: [id],
                filter: self.visit.query["filter"] ?? "",
                order: [],
                lifecycle: self.visit.query["state"] == "deleted" ? .deleted : .active,
                limit: Self.pageSize,
                offset: (number - 1) * Self.pageSize
            )
            search.order = self.order
            found = try await self.context.tracking.search(search)
        } catch {
            guard error.code == .invalidSearch else { throw error }
            problem = error.message
        }
        let columns = RunColumns(found.runs, chosen: self.visit.query.all("column"))
        let paging = Paging(
            self.visit,
            number: number,
            size: Self.pageSize,
            hasNext: found.nextOffset != nil,
            isEmpty: found.runs.isEmpty,
            path: path
        )
        let isRunning = found.runs.contains { !$0.status.isFinal }
        return ConsolePage(
            template: "runs",
            title: experiment.name,
            section: .experiments,
            view: [
                "experiment": experiment.name, "experimentID": id, "path": path,
                "noteMarkup": experiment.tags["mlflow.note.content"].map(MarkdownHTML.markup),
                "rows": self.rows(found.runs, columns), "heads": columns.heads(self.visit, path: path),
                "columnCount": columns.shown.count + 2, "hasRows": !found.runs.isEmpty,
                "filter": self.visit.query["filter"] ?? "", "filterProblem": problem,
                "hasFilter": self.visit.query["filter"] != nil, "groups": columns.choices(words),
                "kept": self.keptFields(["filter", "column"]), "keptForColumns": self.keptFields(["column", "page"]),
                "columns": self.visit.query.all("column"),
                "paging": paging.view, "rangeText": self.range(paging.offset, found.runs.count),
                "isDeleted": self.visit.query["state"] == "deleted", "isActive": experiment.lifecycle == .active,
                "activeAddress": path, "deletedAddress": path + "?state=deleted",
                "liveInterval": self.liveInterval(isRunning), "compareAddress": Address.of("compare"),
            ]
        )
    }

    /// Running runs are looked at every three seconds; without any, new ones every twenty.
    private func liveInterval(_ isRunning: Bool) -> Int { isRunning ? 3_000 : 20_000 }

    private func range(_ offset: Int, _ count: Int) -> String {
        count == 0
            ? self.visit.words["runs.none"]
            : self.visit.words("runs.range", Figures.count(offset + 1), Figures.count(offset + count))
    }

    private var order: [RunOrder] {
        guard let key = self.visit.query["sort"] else { return [] }
        let isAscending = self.visit.query["desc"] == nil
        if key == "name" { return [RunOrder(.name, ascending: isAscending)] }
        return RunColumns.Column(key: key)?.field.map { [RunOrder($0, ascending: isAscending)] } ?? []
    }

    /// Hidden fields that keep the rest of the address when a form is sent.
    private func keptFields(_ without: Set<String>) -> [View] {
        self.visit.query.pairs.filter { !without.contains($0.name) && $0.name != "page" && !$0.value.isEmpty }
            .map { ["fieldName": $0.name, "fieldValue": $0.value] }
    }

    private func rows(_ runs: [Run], _ columns: RunColumns) -> [View] {
        zip(runs, columns.cells(runs, self.visit))
            .map { run, cells in
                RunBadge.view(run, self.visit)
                    .merging(["cells": cells, "isChild": run.tags["mlflow.parentRunId"] != nil])
            }
    }
}
