package import MartletCore
package import MartletRetraining
import MartletTracking

/// What the pages and routes of retraining stand on.
package struct RetrainingContext: Sendable {
    let store: any RetrainingStore
    /// The plans of the workspace as its files are now.
    private let readPlans: @Sendable () throws -> [RetrainingPlan]

    /// Puts it together.
    package init(store: any RetrainingStore, plans: @escaping @Sendable () throws -> [RetrainingPlan]) {
        self.store = store
        self.readPlans = plans
    }

    /// The plans of the workspace.
    func plans() throws(TrackingError) -> [RetrainingPlan] {
        do {
            return try self.readPlans()
        } catch {
            throw TrackingError(.dataUnavailable, readableMessage(of: error), underlying: error)
        }
    }

    /// The plan `name`.
    ///
    /// - Throws: `retraining.planNotFound` with the nearest name.
    func plan(_ name: String) throws(TrackingError) -> RetrainingPlan {
        let plans = try self.plans()
        if let found = plans.first(where: { $0.name == name }) { return found }
        throw TrackingError(
            .retrainingPlanNotFound,
            "the workspace has no retraining plan '\(name)'."
                + NearestName.suggestion(name, among: plans.map(\.name))
        )
    }
}

extension RetrainingPlan {
    /// The plan in a list.
    var summary: JSONValue {
        .object([
            "name": .string(self.name), "description": .string(self.description),
            "recipe": .string(self.recipe.value), "labels": .string(self.labels.value),
            "release": self.release.map { .string($0.value) } ?? .null, "auto": .string(self.autonomy.rawValue),
            "policy": (try? JSONValue(encoding: self.policy)) ?? .null,
        ])
    }
}

extension ErrorCode {
    /// The workspace has no retraining plan of that name.
    package static let retrainingPlanNotFound = ErrorCode("retraining.planNotFound")
}
