import MartletCore
import MartletJobs
import MartletReleases
import MartletTracking

/// Gathers what the success indicators are counted from.
struct IndicatorReader: Sendable {
    /// The time that is looked at.
    static let window = TimeSpan.days(30)
    private static let limit = 1_000

    let context: ConsoleContext
    let now: EventTime

    /// The indicators of the last 30 days, of the endpoints that the reader may see.
    func indicators() async throws(TrackingError) -> DeliveryIndicators {
        let begin = self.now - Self.window
        let visible = try await self.context.deployments.snapshot().deployments.map(\.endpoint)
            .filter { (try? Principal.require(.read, on: .endpoint($0))) != nil }
        var direct = 0
        for endpoint in visible {
            direct += try await self.context.deployments.history(of: endpoint, limit: Self.limit)
                .count { $0.author.at >= begin && $0.traffic.release == nil }
        }
        let (own, byPerson) = try await self.jobs(since: begin)
        return DeliveryIndicators(
            window: Self.window,
            endings: try await self.endings(since: begin, Set(visible)),
            directDeployments: direct,
            jobsByThemselves: own,
            jobsByPerson: byPerson
        )
    }

    private func endings(
        since begin: EventTime,
        _ endpoints: Set<String>
    ) async throws(TrackingError) -> [DeliveryIndicators.Ending] {
        guard let store = self.context.releases?.store else { return [] }
        var endings: [DeliveryIndicators.Ending] = []
        for stored in try await store.runs(of: nil, limit: Self.limit) {
            guard case .release(let state) = stored.run, state.phase.isFinal, state.phaseSince >= begin,
                endpoints.contains(stored.run.endpoint)
            else { continue }
            let last = try await store.newestDecision(about: state.subject)?.record
            let isCompleted = state.phase == .completed
            endings.append(
                DeliveryIndicators.Ending(
                    isCompleted: isCompleted,
                    rollbackTime: isCompleted
                        ? nil
                        : last.map {
                            TimeSpan(microseconds: max(0, state.phaseSince.microseconds - $0.at.microseconds))
                        },
                    isByPerson: last?.rule == PersonRule.rule
                )
            )
        }
        return endings
    }

    private func jobs(since begin: EventTime) async throws(TrackingError) -> (own: Int, byPerson: Int) {
        guard let store = self.context.jobs?.store, (try? Principal.require(.read, on: .unnamed)) != nil else {
            return (0, 0)
        }
        do {
            let causes = try await store.jobs(JobFilter(limit: Self.limit)).map(\.job)
                .filter { $0.createdAt >= begin }.map(\.cause.kind)
            let byPerson = causes.count { $0 == .person || $0 == .backfill }
            return (causes.count - byPerson, byPerson)
        } catch {
            throw TrackingError(.dataUnavailable, error.message, underlying: error)
        }
    }
}
