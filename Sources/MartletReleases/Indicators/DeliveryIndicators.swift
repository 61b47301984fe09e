package import MartletCore

/// How well versions get to where they serve: how often, how surely, how fast back, and how much of it by itself.
package struct DeliveryIndicators: Sendable, Hashable, Codable {
    /// What a release that ended came to.
    package struct Ending: Sendable, Hashable {
        /// Whether the new version alone is live; else it was rolled back.
        package let isCompleted: Bool
        /// The time from the decision to go back until the old version alone was live; `nil` when that is not known.
        package let rollbackTime: TimeSpan?
        /// Whether a person made the last decision.
        package let isByPerson: Bool

        /// Describes an ending.
        package init(isCompleted: Bool, rollbackTime: TimeSpan?, isByPerson: Bool) {
            self.isCompleted = isCompleted
            self.rollbackTime = rollbackTime
            self.isByPerson = isByPerson
        }
    }

    /// The time that is looked at.
    package let window: TimeSpan
    /// Versions that came to serve everybody: releases that were completed, and direct deployments.
    package let deployments: Int
    /// Deployments that no release carried out.
    package let directDeployments: Int
    package let completed: Int
    package let rolledBack: Int
    /// Half of the ways back were at least this fast; `nil` without one.
    package let rollbackMedianSeconds: Double?
    package let rollbackLongestSeconds: Double?
    /// Releases whose last decision a rule made, and a person.
    package let releasesByRule: Int
    package let releasesByPerson: Int
    /// Jobs that a clock, a file, a push or a request began, and those that a person did.
    package let jobsByThemselves: Int
    package let jobsByPerson: Int

    private enum CodingKeys: String, CodingKey {
        case window, deployments, completed
        case directDeployments = "direct_deployments"
        case rolledBack = "rolled_back"
        case rollbackMedianSeconds = "rollback_median_seconds"
        case rollbackLongestSeconds = "rollback_longest_seconds"
        case releasesByRule = "releases_by_rule"
        case releasesByPerson = "releases_by_person"
        case jobsByThemselves = "jobs_by_themselves"
        case jobsByPerson = "jobs_by_person"
    }

    /// Counts what ended and began in `window`.
    package init(
        window: TimeSpan,
        endings: [Ending],
        directDeployments: Int,
        jobsByThemselves: Int,
        jobsByPerson: Int
    ) {
        self.window = window
        self.completed = endings.count(where: \.isCompleted)
        self.rolledBack = endings.count - self.completed
        self.directDeployments = directDeployments
        self.deployments = self.completed + directDeployments
        let times = endings.compactMap { $0.rollbackTime?.seconds }.sorted()
        self.rollbackMedianSeconds = times.isEmpty ? nil : times[(times.count - 1) / 2]
        self.rollbackLongestSeconds = times.last
        self.releasesByPerson = endings.count(where: \.isByPerson)
        self.releasesByRule = endings.count - self.releasesByPerson
        self.jobsByThemselves = jobsByThemselves
        self.jobsByPerson = jobsByPerson
    }

    /// Deployments in a week.
    package var perWeek: Double { Double(self.deployments) / self.window.seconds * 7 * 86_400 }

    /// The share of releases that were completed; `nil` when none ended.
    package var successShare: Double? {
        let count = self.completed + self.rolledBack
        return count > 0 ? Double(self.completed) / Double(count) : nil
    }

    /// The share of jobs and releases that nobody had to begin or end; `nil` without any.
    package var automationShare: Double? {
        let own = self.jobsByThemselves + self.releasesByRule
        let count = own + self.jobsByPerson + self.releasesByPerson
        return count > 0 ? Double(own) / Double(count) : nil
    }

    /// The counts with the figures that follow from them.
    package var json: JSONValue {
        guard case .object(var members)? = try? JSONValue(encoding: self) else { return .null }
        members["deployments_per_week"] = .number(self.perWeek)
        members["success_share"] = self.successShare.map { .number($0) } ?? .null
        members["automation_share"] = self.automationShare.map { .number($0) } ?? .null
        return .object(members)
    }
}
