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
            return AlertStep(.nothing, "no endpoint suffers from it")
        }
        let open = try await self.application.releaseStore().openRuns().first { $0.run.endpoint == endpoint }
        if let run = open?.run {
            if Self.isGoingBack(run) {
                return AlertStep(.nothing, "\(run.kind) \(run.id) at \(endpoint) is being taken back already")
            }
            return AlertStep(
                .release(run.id),
                "take back \(run.kind) \(run.id) of \(run.new.version) at \(endpoint), which is \(run.phase)"
            )
        }
        let deployments = try self.application.deployments()
        guard let live = try await deployments.deployment(of: endpoint) else {
            return AlertStep(.nothing, "nothing is deployed at \(endpoint)")
        }
        let before = try await deployments.history(of: endpoint, limit: 100)
            .first { $0.revision < live.revision && $0.version != live.version }
        guard let before else {
            return AlertStep(.nothing, "\(endpoint) has answered with no other version than \(live.version)")
        }
        return AlertStep(
            .deployment(
                endpoint: endpoint,
                revision: live.revision,
                version: before.version.description
            ),
            "put \(before.version) behind \(endpoint) again, in place of \(live.version) of revision \(live.revision)"
        )
    }

    /// Ends a release or experiment; one that ended or goes back meanwhile stays as it is.
    func abort(_ id: String) async throws -> String {
        let desk = try self.application.releaseDesk()
        let run = try await desk.run(id).run
        if Self.isGoingBack(run) { return "\(run.kind) \(id) at \(run.endpoint) is \(run.phase)" }
        let changed = try await desk.abort(id, self.author).run
        return "\(changed.kind) \(id) of \(changed.new.version) at \(changed.endpoint) is \(changed.phase)"
    }

    /// Puts `version` behind `endpoint` again, unless somebody changed the endpoint since.
    func goBack(_ endpoint: String, from revision: Int64, to version: String) async throws -> String {
        let deployments = try self.application.deployments()
        let done = "\(endpoint) answers with \(version) again"
        guard let live = try await deployments.deployment(of: endpoint) else { return "\(endpoint) was taken down" }
        guard live.revision == revision else {
            return live.version.description == version
                ? done : "\(endpoint) answers with \(live.version) since; nothing was changed"
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
