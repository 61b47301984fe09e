import MartletCore
import MartletIngest
import MartletMonitoring
import MartletRetraining
import MartletStores
import MartletTracking
import MartletTraining
import ServiceLifecycle

extension Application {
    /// Actions that alerts gave rise to.
    func alertActions() throws -> any AlertActionStore { SQLAlertActionStore(try self.metadata.database()) }

    /// What carries actions out on this workspace.
    func alertActor() throws -> AlertActor {
        let clock = self.clock
        return AlertActor(
            store: try self.alertActions(),
            effects: WorkspaceAlertEffects(application: self),
            now: { clock.now },
            leaseClock: { .now }
        )
    }
}

/// Does what alerts ask for while the server runs.
struct AlertActingService: Service {
    let application: Application

    private static let interval = Duration.seconds(1)

    func run() async throws {
        let alerts = try self.application.alerts()
        let actor = try self.application.alertActor()
        await cancelWhenGracefulShutdown { await self.act(actor, alerts) }
    }

    /// A store that cannot be read is asked again; whoever serves requests says what is wrong with it.
    private func act(_ actor: AlertActor, _ alerts: any AlertStore) async {
        let clock = ContinuousClock()
        while !Task.isCancelled {
            if let open = try? await alerts.openAlerts(),
                let silences = try? await alerts.silences(at: self.application.clock.now),
                let ended = try? await actor.act(
                    on: open,
                    silences: silences,
                    self.application.workspace.alertPolicy.actions
                )
            {
                for record in ended {
                    self.application.terminal.note(
                        "action \(record.order.action) for \(record.notice.alert) \(record.state.rawValue): "
                            + record.outcome
                    )
                }
            }
            try? await clock.sleep(for: Self.interval)
        }
    }
}

/// Rolls back, asks for servers, loads fallbacks, trains and pages, on the real parts of a workspace.
struct WorkspaceAlertEffects: AlertEffects {
    let application: Application

    func prepare(_ record: AlertActionRecord) async throws -> AlertStep {
        switch record.order.action {
        case "roll_back": try await RollBack(application: self.application, record: record).prepare()
        case "fallback": self.prepareFallback(record)
        case "retrain": try await self.prepareTraining(record)
        case "scale": self.prepareScaling(record)
        default: self.preparePage(record)
        }
    }

    func perform(_ target: AlertTarget, _ record: AlertActionRecord) async throws -> Remark {
        switch target {
        case .nothing: return Remark("action.wasNothing", "nothing was to do")
        case .release(let id): return try await RollBack(application: self.application, record: record).abort(id)
        case .deployment(let endpoint, let revision, let version):
            return try await RollBack(application: self.application, record: record)
                .goBack(endpoint, from: revision, to: version)
        case .job(let name): return try await AlertJob(application: self.application, record: record).begin(name)
        case .channels(let names):
            let request = record.order.action == "scale" ? record.notice.asking(for: "scale") : record.notice
            try await self.application.alertDeliveries().send(request, to: names, id: record.id, at: .now)
            let all = names.joined(separator: ", ")
            return Remark("action.told", "told \(all); martlet alerts deliveries shows whether it arrived")
        }
    }

    private func prepareFallback(_ record: AlertActionRecord) -> AlertStep {
        guard record.notice.subject.hasPrefix("source:") else {
            let subject = record.notice.subject
            return AlertStep(.nothing, Remark("action.noSource", "the alert is about \(subject), which is no source"))
        }
        let name = String(record.notice.subject.dropFirst("source:".count))
        guard let source = self.application.workspace.sources.map(\.definition).first(where: { $0.name == name }) else {
            return AlertStep(.nothing, Remark("action.unknownSource", "the workspace has no source '\(name)'"))
        }
        guard source.fallback != nil else {
            return AlertStep(.nothing, Remark("action.noFallback", "source '\(name)' declares no fallback"))
        }
        return AlertStep(.job(name), Remark("action.fallback", "load source '\(name)' from its fallback"))
    }

    private func prepareTraining(_ record: AlertActionRecord) async throws -> AlertStep {
        var name = record.order.plan ?? "auto"
        if name == "auto" {
            guard let endpoint = record.notice.endpoints.first,
                let live = try await self.application.deployments().deployment(of: endpoint)
            else {
                return AlertStep(.nothing, Remark("action.noModel", "no endpoint with a live model suffers from it"))
            }
            let model = live.version.model
            let recipes = Set(
                self.application.workspace.recipes.map(\.definition).filter { $0.model == model }.map(\.name)
            )
            let plans = self.application.workspace.retraining.map(\.definition)
                .filter { recipes.contains($0.recipe.value) }
            guard let plan = plans.first, plans.count == 1 else {
                return AlertStep(.nothing, Self.noPlan(of: "\(model)", isNone: plans.isEmpty))
            }
            name = plan.name
        }
        let plan = try self.application.retrainingPlan(named: name)
        let sentence =
            record.order.isAtOnce == true
            ? Remark("action.trainAtOnce", "train again by plan '\(plan.name)', at once")
            : Remark("action.train", "train again by plan '\(plan.name)', if that finds it due and worth it")
        return AlertStep(.job(plan.name), sentence)
    }

    private static func noPlan(of model: String, isNone: Bool) -> Remark {
        isNone
            ? Remark("action.noPlan", "no retraining plan trains '\(model)'; name one with 'retrain: PLAN'")
            : Remark(
                "action.severalPlans",
                "several retraining plans train '\(model)'; name one with 'retrain: PLAN'"
            )
    }

    private func prepareScaling(_ record: AlertActionRecord) -> AlertStep {
        if let channel = record.order.channels.first {
            let sentence = Remark("action.askOver", "ask for more servers over channel '\(channel)'")
            return AlertStep(.channels([channel]), sentence)
        }
        guard let command = record.order.command else {
            let example = "\(record.rule): [{scale: {command: [./scale-up, \"{endpoint}\"]}, mode: on}]"
            return AlertStep(
                .nothing,
                Remark(
                    "action.askByHand",
                    "ask for more servers by hand, or declare how under actions: of slo.yaml, as in \(example)"
                )
            )
        }
        return AlertStep(.job("scale"), Remark("action.run", "run \(command.joined(separator: " "))"))
    }

    /// Those whom the routes tell anyhow are not told twice.
    private func preparePage(_ record: AlertActionRecord) -> AlertStep {
        let told = self.application.workspace.alertPolicy.routing.channels(for: record.notice).map(\.name)
        let left = record.order.channels.filter { !told.contains($0) }
        guard !left.isEmpty else {
            let all = record.order.channels.joined(separator: ", ")
            return AlertStep(.nothing, Remark("action.toldAlready", "the routes tell \(all) already"))
        }
        return AlertStep(.channels(left), Remark("action.tell", "tell \(left.joined(separator: ", "))"))
    }
}
