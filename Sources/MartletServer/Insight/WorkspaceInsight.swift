package import MartletCore
import MartletMonitoring
package import MartletReleases
package import MartletTracking

/// What the overview and the success indicators tell, for readers without a browser.
package struct WorkspaceInsight: Sendable {
    /// Something that goes on only when somebody does something.
    package struct Waiting: Sendable, Hashable {
        /// What it is, such as `alert` or `approval`.
        package let kind: String
        /// The same in words.
        package let title: String
        /// Who is to do something.
        package let who: String
        /// What it is about.
        package let name: String
        /// More of it, in a sentence or a figure.
        package let detail: String?
        /// Whether something is wrong, and not only to be decided.
        package let isFault: Bool
        package let since: EventTime?
    }

    /// Whether everything is well.
    package struct Overview: Sendable {
        package let isWell: Bool
        /// How many things are wrong.
        package let faultCount: Int
        /// The most urgent first.
        package let waiting: [Waiting]
        /// Endpoints that are live, with the version of each.
        package let endpoints: [(name: String, version: String)]
        /// Releases and A/B tests under way.
        package let openReleases: Int
        package let runningJobs: Int
        /// Alerts that fire, those that somebody took on too.
        package let firingAlerts: Int
        /// Why the sources could not be read.
        package let dataFault: String?
        /// The same as `GET /v1/overview` tells.
        package let json: JSONValue
    }

    private let context: ConsoleContext

    /// Reads what the pages of `context` do.
    package init(_ context: ConsoleContext) { self.context = context }

    /// Whether everything is well, and what waits for whom.
    package func overview() async throws -> Overview {
        let words = Language.english.words
        let overview = try await OverviewReader(context: self.context, words: words).overview()
        return Overview(
            isWell: overview.isWell,
            faultCount: overview.faultCount,
            waiting: overview.waiting.map { item in
                Waiting(
                    kind: item.kind.rawValue,
                    title: words["waiting.\(item.kind.rawValue)"],
                    who: words["waiting.\(item.kind.rawValue).who"],
                    name: item.name,
                    detail: item.detail,
                    isFault: item.kind.isFault,
                    since: item.since
                )
            },
            endpoints: overview.deployments.map { ($0.endpoint, $0.version.description) },
            openReleases: overview.openRuns.count,
            runningJobs: overview.runningJobs,
            firingAlerts: overview.firing.count,
            dataFault: overview.dataFault,
            json: overview.json
        )
    }

    /// The success indicators of the last 30 days.
    package func indicators() async throws(TrackingError) -> DeliveryIndicators {
        try await IndicatorReader(context: self.context, now: self.context.now()).indicators()
    }
}

extension OverviewReader.Overview {
    /// The overview over HTTP.
    var json: JSONValue {
        .object([
            "well": .boolean(self.isWell), "waiting": .array(self.waiting.map(\.json)),
            "business": .array(self.business.map(\.json)),
            "endpoints": .array(self.deployments.map { .string($0.endpoint) }),
            "data_fault": self.dataFault.map { .string($0) } ?? .null,
        ])
    }
}
