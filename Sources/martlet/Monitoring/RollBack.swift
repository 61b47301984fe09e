import MartletCore
import MartletMonitoring
import MartletReleases
import MartletTracking

/// Takes back what an endpoint was last given: the release or experiment under way, else the last deployment.
struct RollBack {
    let application: Application
    let record: AlertActionRecord

    /// Finds what would be taken back; changes nothing.
    func prepare() async throws -> AlertStep {
        guard let endpoint = self.record.notice.endpoints.first else {
            return AlertStep(.nothing, Remark("action.noEndpoint", "no endpoint suffers from it"))
        }
        let open = try await self.application.releaseStore().openRuns().first { $0.run.endpoint == endpoint }
        if let run = open?.run {
            if Self.isGoingBack(run) {
                return AlertStep(
                    .nothing,
                    Remark("action.goesBack", "\(Self.name(run)) at \(endpoint) is being taken back already")
                )
            }
            let (name, version) = (Self.name(run), "\(run.new.version)")
            return AlertStep(
                .release(run.id),
                Remark(
                    "action.takeBack",
                    "take back \(name) of \(version) at \(endpoint), which is \(run.phase)"
                )
            )
        }
        let deployments = try self.application.deployments()
        guard let live = try await deployments.deployment(of: endpoint) else {
            return AlertStep(.nothing, Remark("action.notDeployed", "nothing is deployed at \(endpoint)"))
        }
        let before = try await deployments.history(of: endpoint, limit: 100)
            .first { $0.revision < live.revision && $0.version != live.version }
        guard let before else {
            let version = "\(live.version)"
            return AlertStep(
                .nothing,
                Remark("action.onlyVersion", "\(endpoint) has answered with no other version than \(version)")
            )
        }
        return AlertStep(
            .deployment(
                endpoint: endpoint,
                revision: live.revision,
                version: before.version.description
            ),
            Self.putting("\(before.version)", "\(endpoint)", "\(live.version)", "\(live.revision)")
        )
    }

    private static func putting(_ old: String, _ endpoint: String, _ new: String, _ revision: String) -> Remark {
        Remark("action.putBack", "put \(old) behind \(endpoint) again, in place of \(new) of revision \(revision)")
    }

    /// A release or experiment with its id.
    private static func name(_ run: ReleaseRun) -> Remark {
        switch run {
        case .release: Remark("action.release", "release \(run.id)")
        case .experiment: Remark("action.experiment", "experiment \(run.id)")
        }
    }

    /// Ends a release or experiment; one that ended or goes back meanwhile stays as it is.
    func abort(_ id: String) async throws -> Remark {
        let desk = try self.application.releaseDesk()
        let run = try await desk.run(id).run
        if Self.isGoingBack(run) {
            return Remark("action.stands", "\(Self.name(run)) at \(run.endpoint) is \(run.phase)")
        }
        let changed = try await desk.abort(id, self.author).run
        let (name, version) = (Self.name(changed), "\(changed.new.version)")
        return Remark("action.aborted", "\(name) of \(version) at \(changed.endpoint) is \(changed.phase)")
    }

    /// Puts `version` behind `endpoint` again, unless somebody changed the endpoint since.
    func goBack(_ endpoint: String, from revision: Int64, to version: String) async throws -> Remark {
        let deployments = try self.application.deployments()
        let done = Remark("action.back", "\(endpoint) answers with \(version) again")
        guard let live = try await deployments.deployment(of: endpoint) else {
            return Remark("action.takenDown", "\(endpoint) was taken down")
        }
        guard live.revision == revision else {
            let other = live.version.description
            return other == version
                ? done : Remark("action.changed", "\(endpoint) answers with \(other) since; nothing was changed")
        }
        let target = try await self.application.registry().resolve(ModelReference(version))
        _ = try await deployments.route(
            EndpointTraffic(live: target.id, at: endpoint),
            at: endpoint,
            expecting: revision,
            self.author
        )
        return done
    }

    private var author: Attribution {
        Attribution(
            by: self.record.asked.actor,
            at: self.application.clock.now,
            reason: "alert \(self.record.notice.alert): \(self.record.notice.chain)"
        )
    }

    private static func isGoingBack(_ run: ReleaseRun) -> Bool {
        switch run {
        case .release(let state): state.phase == .rollingBack || state.phase.isFinal
        case .experiment(let state): state.phase == .ending || state.phase.isFinal
        }
    }
}
