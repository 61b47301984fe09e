import MartletCore
import MartletReleases
import MartletTracking

/// The people of a simulation: once on a working day they look at what waits for them, and decide.
struct SimulatedPeople: Sendable {
    private let plan: SimulationPlan
    private let application: Application
    private let calendar: SimulatedCalendar

    init(_ plan: SimulationPlan, _ application: Application) {
        self.plan = plan
        self.application = application
        self.calendar = SimulatedCalendar(plan.zone)
    }

    /// Decides when their time of day lies after `start` and at or before `end`.
    ///
    /// - Returns: what they did, one line each.
    func look(from start: EventTime, to end: EventTime) async throws -> [String] {
        let due = self.calendar.midnight(of: end) + .seconds(Int64(self.plan.people.minute) * 60)
        guard start < due, due <= end, self.plan.people.worksOnWeekends || !self.calendar.isWeekend(due) else {
            return []
        }
        let endpoint = self.plan.endpoint.value
        let open = try await self.application.releaseStore().openRuns().first { $0.run.endpoint == endpoint }
        if let open { return try await self.decide(open.run) }
        return self.plan.people.approves ? try await self.begin() : []
    }

    private func author(_ reason: String) -> Attribution {
        Attribution(by: self.plan.people.name, at: self.application.clock.now, reason: reason)
    }

    // MARK: What is under way

    private func decide(_ run: ReleaseRun) async throws -> [String] {
        let (desk, name) = (try self.application.releaseDesk(), self.plan.people.name)
        switch run {
        case .experiment(let state):
            guard state.phase == .awaitingReview else { return [] }
            if state.verdict == .ask {
                _ = try await desk.promote(state.id, self.author("it won by more than the least improvement"))
                return ["\(name) promotes \(state.treatment.version), which won"]
            }
            _ = try await desk.abort(state.id, self.author("the gain is too small"))
            return ["\(name) stops the experiment of \(state.treatment.version): the gain is too small"]
        case .release(let state):
            guard state.phase == .awaitingApproval else { return [] }
            _ = try await desk.promote(state.id, self.author("the figures are good"))
            return ["\(name) lets \(state.green.version) take everything"]
        }
    }

    // MARK: What waits

    /// Approves the newest version that has not been tried, and starts its experiment or release.
    private func begin() async throws -> [String] {
        let endpoint = self.plan.endpoint.value
        guard let live = try await self.application.deployments().deployment(of: endpoint)?.version else { return [] }
        let registry = try self.application.registry()
        let tried = Set(
            try await self.application.releaseStore().runs(of: endpoint, limit: 1_000).map(\.run.new.version)
        )
        let newest = try await registry.versions(of: live.model)
            .filter { $0.id.number > live.number && $0.approval.status != .rejected && !tried.contains($0.id) }
            .max { $0.id.number < $1.id.number }
        guard let newest else { return [] }
        let name = self.plan.people.name
        var lines: [String] = []
        if newest.approval.status != .approved {
            _ = try await registry.decide(.approved, on: newest.id, self.author("every gate passed"))
            lines.append("\(name) approves \(newest.id): from Staging to the visitors")
        }
        let plan = try self.application.releasePlan(named: self.plan.release.value)
        let desk = try self.application.releaseDesk()
        do throws(TrackingError) {
            if plan.experiment == nil {
                _ = try await desk.startRelease(plan, newest.id, self.author("approved"))
                lines.append("\(name) starts the release of \(newest.id)")
            } else {
                _ = try await desk.startExperiment(plan, newest.id, self.author("approved"))
                lines.append("\(name) starts the experiment of \(newest.id) against \(live)")
            }
        } catch {
            lines.append("\(newest.id) cannot be started: \(error.message)")
        }
        return lines
    }
}
