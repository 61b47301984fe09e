import HTTPTypes
import MartletCore
import MartletReleases
import MartletTracking

/// One release: its way from the checklist to the archive, each gate with its figures.
struct ReleasePage: Sendable {
    static let liveInterval = 2_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    /// The page of a release or of an A/B test.
    func page() async throws -> ConsolePage {
        let releases = try self.releases()
        let run = try await self.run()
        let trail = try await releases.trails.trail(of: run, in: releases.store)
        let notice = self.visit.query["notice"] == "releaseChanged" ? self.visit.words["notice.releaseChanged"] : nil
        var view = ReleaseBadge.view(run, self.visit)
            .merging(RunAside(visit: self.visit, run: run, trail: trail).view)
        view["endpoint"] = run.endpoint
        view["endpointAddress"] = Address.of("endpoints", run.endpoint)
        view["notice"] = notice
        view["overText"] = self.visit.words("release.over", run.new.version.description, run.old.version.description)
        view["liveInterval"] = run.isFinal ? nil : String(Self.liveInterval)
        switch run {
        case .release(let state):
            view["steps"] = ReleaseTimeline(state: state, trail: trail, visit: self.visit).steps
            return ConsolePage(template: "release", title: run.id, section: .endpoints, view: view)
        case .experiment(let state):
            let figures = ExperimentFigures(state: state, trail: trail, visit: self.visit)
            return ConsolePage(
                template: "ab_test",
                title: run.id,
                section: .endpoints,
                view: view.merging(figures.view)
            )
        }
    }

    /// Carries out what a person decided with the form.
    func decide(_ form: FormText) async throws -> ConsoleAnswer {
        let releases = try self.releases()
        let run = try await self.run()
        try Principal.require(.deploy, on: .endpoint(run.endpoint))
        let name = self.visit.visitor?.name ?? form["by"] ?? self.visit.rememberedName ?? ""
        guard name.contains(where: { !$0.isWhitespace }), name.count <= 200 else {
            throw ConsoleProblem(status: .unprocessableContent, message: self.visit.words["problem.name"])
        }
        let reason = form["reason"].map { String($0.prefix(4_000)) }
        let author = Attribution(by: name, at: self.visit.now, reason: reason)
        switch form["decision"] {
        case "promote": _ = try await releases.desk.promote(run.id, author)
        case "abort": _ = try await releases.desk.abort(run.id, author)
        default: throw ConsoleProblem(status: .badRequest, message: self.visit.words["problem.release"])
        }
        let remembered = self.visit.visitor == nil ? form["by"] : nil
        return .redirect(
            Address.of("releases", run.id) + "?notice=releaseChanged",
            cookies: remembered.map { [(.name, $0)] } ?? []
        )
    }

    private func releases() throws -> ConsoleReleases {
        guard let releases = self.context.releases else {
            throw ConsoleProblem.missing(self.visit.words, "missing.release", self.visit.component(1))
        }
        return releases
    }

    private func run() async throws -> ReleaseRun {
        let id = self.visit.component(1)
        guard let stored = try await self.context.releases?.store.run(id),
            self.visit.visitor?.reads(.endpoint(stored.run.endpoint)) ?? true
        else { throw ConsoleProblem.missing(self.visit.words, "missing.release", id) }
        return stored.run
    }
}

/// What stands beside a release or an A/B test: the form, the facts, the decisions.
struct RunAside: Sendable {
    let visit: ConsoleVisit
    let run: ReleaseRun
    let trail: ReleaseTrail

    var view: View {
        let mayDecide = (try? Principal.require(.deploy, on: .endpoint(self.run.endpoint))) != nil
        let isPending = ["awaiting-approval", "awaiting-review"].contains(self.run.phase)
        return [
            "decisionAddress": Address.of("releases", self.run.id, "decision"), "mayDecide": mayDecide,
            "canDecide": mayDecide && !self.run.isFinal, "isFinal": self.run.isFinal, "isPending": isPending,
            "canPromote": self.canPromote, "canAbort": !self.run.isFinal,
            "abortText": self.visit.words[self.run.kind == "release" ? "release.abort" : "release.stop"],
            "asksName": self.visit.visitor == nil, "name": self.visit.rememberedName ?? "",
            "visitorName": self.visit.visitor?.name, "facts": self.facts,
            "decisions": self.trail.decisions.reversed().prefix(100).map(self.decision),
            "hasDecisions": !self.trail.decisions.isEmpty,
            "ledgerAddress": FormText().setting("subject", self.run.subject).after(Address.of("ledger")),
        ]
    }

    private var canPromote: Bool {
        switch self.run {
        case .release(let state): [.observing, .awaitingApproval].contains(state.phase)
        case .experiment(let state): [.running, .awaitingReview].contains(state.phase)
        }
    }

    private var facts: [View] {
        let words = self.visit.words
        var facts: [View] = [
            ["label": words["column.started"], "time": self.visit.figures.view(self.run.startedBy.at)],
            ["label": words["column.by"], "text": self.run.startedBy.actor],
            ["label": words["release.plan"], "text": self.run.plan.name],
        ]
        if case .release(let state) = self.run {
            facts.append(["label": words["release.strategy"], "text": state.plan.strategy.rawValue])
            if let experiment = state.experiment {
                facts.append([
                    "label": words["release.from"], "code": experiment, "href": Address.of("releases", experiment),
                ])
            }
        }
        if let reason = self.run.startedBy.reason { facts.append(["label": words["release.because"], "text": reason]) }
        facts += [
            [
                "label": words["release.unit"], "hash": self.run.new.id.description,
                "hashShort": self.run.new.id.short,
            ],
            [
                "label": words["release.policy"], "hash": self.run.new.policy.description,
                "hashShort": self.run.new.policy.short,
            ],
        ]
        return facts
    }

    private func decision(_ decision: StoredDecision) -> View {
        let record = decision.record
        return [
            "verdictText": ReleaseBadge.outcome(record.verdict, self.visit.words),
            "verdictStyle": ReleaseBadge.verdictStyle(record.verdict), "rule": record.rule.description,
            "decidedAt": self.visit.figures.view(record.at),
            "reasons": self.trail.sentences(of: decision, self.visit.words),
            "inputsHash": record.inputsHash.description, "inputsShort": record.inputsHash.short,
        ]
    }
}
