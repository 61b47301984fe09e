import Foundation
import MartletCore
import MartletRetraining
import MartletStores
import MartletTracking
import MartletTraining

extension Application {
    /// A registered version of a recipe with the run that trained it.
    struct PastTraining: Sendable {
        let version: ModelVersion
        let run: Run?

        /// The moment whose data it learned from.
        var at: EventTime { self.run?.startedAt ?? self.version.createdAt }

        /// How many rows that were.
        var rows: Int? {
            let profile = self.run?.datasets.lazy.compactMap(\.profile).first
            guard case .integer(let rows)? = profile.flatMap({ try? JSONValue(parsing: Data($0.utf8)) })?["rows"] else {
                return nil
            }
            return Int(rows)
        }
    }

    /// The newest versions that `recipe` trained, the newest first.
    func trainings(of recipe: Recipe) async throws -> [PastTraining] {
        let registry = try self.registry()
        let tracking = try self.tracking()
        let search = ModelVersionSearch(
            conditions: [
                .text(.model, .equal, recipe.model), .text(.tag("martlet.recipe"), .equal, recipe.name),
            ],
            order: [RegistryOrder(.number, ascending: false)],
            limit: 20
        )
        var trainings: [PastTraining] = []
        for version in try await registry.search(search).items {
            var run: Run?
            if let id = version.runID { run = try await tracking.run(id) }
            trainings.append(PastTraining(version: version, run: run))
        }
        return trainings
    }

    /// The newer of the last registered version and the last training of a plan that registered nothing.
    func lastTraining(
        _ past: [PastTraining],
        _ attempts: [RetrainingAttempt],
        _ labels: String
    ) async throws -> RetrainingEvidence.Training? {
        let attempt = attempts.first { $0.status == .registered || $0.status == .refused }
        guard let newest = past.first, attempt.map({ $0.startedBy.at < newest.at }) ?? true else {
            return attempt.map {
                .init(
                    at: $0.startedBy.at,
                    version: $0.version?.description,
                    labels: $0.labels,
                    rows: $0.rows
                )
            }
        }
        // The run of a plan's own training starts a little after the labels were counted for it.
        let counted = attempts.first { $0.version == newest.version.id }?.labels
        let known = try await self.labelWarehouse().count(of: labels, knownAt: newest.at)
        return .init(
            at: newest.at,
            version: newest.version.id.description,
            labels: counted ?? known,
            rows: newest.rows
        )
    }

    /// What these rows and this recipe gave before, or `nil`.
    static func made(
        of data: ContentHash,
        _ recipe: ContentHash,
        _ past: [PastTraining],
        _ attempts: [RetrainingAttempt]
    ) -> String? {
        let version = past.first { training in
            training.run?.parameters["recipe_hash"] == recipe.description
                && training.run?.datasets.contains { $0.digest == data.description } ?? false
        }
        if let version { return version.version.id.description }
        let attempt = attempts.first { attempt in
            let isOver = attempt.status == .registered || attempt.status == .refused
            return isOver && attempt.dataHash == data && attempt.recipeHash == recipe
        }
        return attempt.map { $0.version?.description ?? "nothing that passed its gates" }
    }

    /// The loss of `version` in its test, when its run is known.
    func testedLoss(of version: ModelVersionID, _ task: TrainingTask) async throws -> Double? {
        guard let registered = try await self.registry().version(version), let id = registered.runID else { return nil }
        let metric: EvaluationMetric = task == .regression ? .mae : .logLoss
        return try await self.tracking().run(id)?.metrics["test_\(metric.rawValue)"]?.value
    }
}
