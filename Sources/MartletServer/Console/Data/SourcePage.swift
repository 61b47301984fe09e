import HTTPTypes
import MartletCore
import MartletIngest
import MartletTracking

/// One source: its loads, the rows in quarantine, and what is done with them.
struct SourcePage: Sendable {
    static let pageSize = 50
    private static let loadLimit = 12
    /// A record that is longer is cut.
    private static let recordLimit = 2_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }
    private var source: String { self.visit.component(1) }

    func page() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        let data = try self.data()
        let standings = await data.standings()
        let standing = standings.standings.first { $0.source == self.source }
        let isDefined = (try? data.definition(self.source)) != nil
        guard standing != nil || isDefined else { throw self.missing }
        let counts = try await data.heldCounts().filter { $0.source == self.source }
        let selection = self.selection
        let number = max(1, Int(self.visit.query["page"] ?? "") ?? 1)
        let held = try await data.heldRows(selection, offset: (number - 1) * Self.pageSize, limit: Self.pageSize + 1)
        let path = Address.of("data", self.source)
        let paging = Paging(
            self.visit,
            number: number,
            size: Self.pageSize,
            hasNext: held.count > Self.pageSize,
            isEmpty: held.isEmpty,
            path: path
        )
        let loads = try await data.loads(of: self.source, limit: Self.loadLimit)
        let mark = SourceMark(standing ?? SourceStanding(source: self.source))
        let mayChange = (try? Principal.require(.write, on: .unnamed)) != nil
        return ConsolePage(
            template: "source",
            title: self.source,
            section: .data,
            view: [
                "sourceName": self.source, "path": path, "notice": self.notice, "fault": standings.fault,
                "markText": self.words["source." + mark.rawValue], "markStyle": mark.style,
                "refusals": mark == .refused ? standing?.refusal?.reasons.map { self.words($0) } : nil,
                "counts": counts.map(self.count), "hasCounts": !counts.isEmpty,
                "rows": held.prefix(Self.pageSize).map(self.row), "hasRows": !held.isEmpty, "paging": paging.view,
                "loads": loads.map(self.load), "hasLoads": !loads.isEmpty,
                "selectedText": self.selectedText(counts), "rule": selection.rule, "batch": selection.batch,
                "isNarrowed": selection.rule != nil || selection.batch != nil,
                "mayChange": mayChange, "canChange": mayChange && isDefined && !counts.isEmpty,
                "isGone": !isDefined, "asksName": self.visit.visitor == nil,
                "name": self.visit.rememberedName ?? "", "visitorName": self.visit.visitor?.name,
                "decisionAddress": Address.of("data", self.source, "quarantine"),
            ]
        )
    }

    /// Tries, re-admits or discards what the form names.
    func decide(_ form: FormText) async throws -> ConsoleAnswer {
        try Principal.require(.write, on: .unnamed)
        let data = try self.data()
        let name = self.visit.visitor?.name ?? form["by"] ?? self.visit.rememberedName ?? ""
        guard name.contains(where: { !$0.isWhitespace }), name.count <= 200 else {
            throw ConsoleProblem(status: .unprocessableContent, message: self.words["problem.name"])
        }
        let reason = form["reason"].flatMap { $0.contains { !$0.isWhitespace } ? String($0.prefix(4_000)) : nil }
        let author = Attribution(by: name, at: self.visit.now, reason: reason)
        let selection = QuarantineSelection(source: self.source, rule: form["rule"], batch: form["batch"])
        var query = FormText().setting("notice", form["action"])
        switch form["action"] {
        case "try", "readmit":
            let outcome = try await data.readmit(selection, author, isTrial: form["action"] == "try")
            query = query.setting("tried", String(outcome.map(\.tried).reduce(0, +)))
                .setting("readmitted", String(outcome.map(\.readmitted).reduce(0, +)))
                .setting("left", String(outcome.map(\.leftOut).reduce(0, +)))
                .setting("stayed", String(outcome.map(\.stayed).reduce(0, +)))
        case "discard":
            guard reason != nil else {
                throw ConsoleProblem(status: .unprocessableContent, message: self.words["problem.discardReason"])
            }
            query = query.setting("tried", String(try await data.discard(selection, author)))
        default: throw ConsoleProblem(status: .badRequest, message: self.words["problem.quarantine"])
        }
        if form["action"] == "try" {
            query = query.setting("rule", form["rule"]).setting("batch", form["batch"])
        }
        let remembered = self.visit.visitor == nil ? form["by"] : nil
        return .redirect(
            query.after(Address.of("data", self.source)),
            cookies: remembered.map { [(.name, $0)] } ?? []
        )
    }

    private var missing: ConsoleProblem { .missing(self.words, "missing.source", self.source) }

    private func data() throws -> DataContext {
        guard let data = self.context.data else { throw self.missing }
        return data
    }

    private var selection: QuarantineSelection {
        let (rule, batch) = (self.visit.query["rule"], self.visit.query["batch"])
        return QuarantineSelection(
            source: self.source,
            rule: rule?.isEmpty ?? true ? nil : rule,
            batch: batch?.isEmpty ?? true ? nil : batch
        )
    }

    /// What the last form did, in figures that the address carries.
    private var notice: String? {
        let figure: (String) -> String = { name in
            self.visit.query[name].flatMap { Int($0) }.map { Figures.count($0) } ?? "0"
        }
        switch self.visit.query["notice"] {
        case "try":
            return self.words(
                "notice.tried",
                figure("tried"),
                figure("readmitted"),
                figure("left"),
                figure("stayed")
            )
        case "readmit":
            return self.words(
                "notice.readmitted",
                figure("readmitted"),
                figure("tried"),
                figure("left"),
                figure("stayed")
            )
        case "discard": return self.words("notice.discarded", figure("tried"))
        default: return nil
        }
    }

    private func selectedText(_ counts: [HeldCount]) -> String {
        if let rule = self.selection.rule { return self.words("quarantine.ofRule", rule) }
        if let batch = self.selection.batch { return self.words("quarantine.ofBatch", String(batch.prefix(12))) }
        return self.words["quarantine.all"]
    }

    private func count(_ count: HeldCount) -> View {
        [
            "ruleName": count.rule, "columnName": count.column, "rowCount": Figures.count(count.rows),
            "batchCount": Figures.count(count.batches), "lastAt": self.visit.figures.view(count.lastAt),
            "ruleAddress": FormText().setting("rule", count.rule).after(Address.of("data", self.source)),
            "isChosen": self.selection.rule == count.rule,
        ]
    }

    private func row(_ row: HeldRow) -> View {
        [
            "batchShort": String(row.batch.prefix(12)),
            "batchAddress": FormText().setting("batch", row.batch).after(Address.of("data", self.source)),
            "rowNumber": Figures.count(row.row), "ruleName": row.rule, "columnName": row.column, "value": row.value,
            "isMissing": row.value == nil, "raw": row.raw.map { String($0.prefix(Self.recordLimit)) },
            "heldAt": self.visit.figures.view(row.at),
        ]
    }

    private func load(_ load: LoadRecord) -> View {
        [
            "batchShort": String(load.batch.prefix(12)), "batchHash": load.batch, "origin": load.origin,
            "via": load.via.map { self.words("data.via", $0) }, "loadedAt": self.visit.figures.view(load.loadedAt),
            "readCount": Figures.count(load.read), "loadedCount": Figures.count(load.loaded),
            "quarantined": Figures.count(load.quarantined), "duplicate": Figures.count(load.duplicate),
            "filtered": Figures.count(load.filtered),
        ]
    }
}
