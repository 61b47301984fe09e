import MartletCore
import MartletFeatures
import MartletForest
package import MartletTracking

/// One model version, loaded and ready to answer: the manifest, the forest and how its rows are filled.
///
/// Immutable; it lives as long as a request or the routing table holds it.
package final class ServedModel: Sendable {
    package let version: ModelVersionID
    package let manifest: ModelManifest
    package let scorer: Scorer
    package let plan: InputPlan
    /// `"model":{…}` as every response and log record of this version has it.
    let modelJSON: [UInt8]
    /// The scale of raw scores and contributions.
    let scale: String

    /// Puts a loaded version together.
    ///
    /// - Throws: `deployment.notLoadable` when forest and manifest disagree about the number of columns.
    package init(
        version: ModelVersionID,
        manifest: ModelManifest,
        scorer: Scorer,
        plan: InputPlan
    ) throws(ServingError) {
        guard scorer.featureCount == plan.slots.count else {
            throw ServingError(
                .deploymentNotLoadable,
                "The model of \(version) takes \(scorer.featureCount) columns, its manifest names "
                    + "\(plan.slots.count); the model's folder is damaged, so train or register it again."
            )
        }
        self.version = version
        self.manifest = manifest
        self.scorer = scorer
        self.plan = plan
        var writer = JSONWriter(capacity: 64)
        writer.raw("\"model\":{\"name\":")
        writer.string(version.model)
        writer.raw(",\"version\":")
        writer.integer(Int64(version.number))
        writer.raw("}")
        self.modelJSON = writer.bytes
        self.scale =
            switch scorer.forest?.objective {
            case .identity, nil: "identity"
            case .sigmoid: "log_odds"
            case .exponential: "log"
            default: "raw"
            }
    }

    /// The answer of a classifier, or `nil` for other tasks: 1 from the threshold (0.5 unless tuned) on.
    func label(_ score: Double) -> (label: Int64, threshold: Double)? {
        guard self.manifest.task == .binaryClassification else { return nil }
        let threshold = self.manifest.threshold ?? 0.5
        return (score >= threshold ? 1 : 0, threshold)
    }
}
