import MartletCore
import MartletRetraining
import MartletStores
import MartletTraining

/// What is known about a retraining, and what follows.
struct RetrainingCheck: Sendable {
    /// What a caller asks and knows.
    struct Request: Sendable {
        /// Whether a person asks for the training.
        var isAskedFor = false
        /// A measure of drift, when one was given.
        var drift: Double?
        /// An estimated increase of the loss, when one was given.
        var loss: Double?
        var withBackTest = true
    }

    let plan: RetrainingPlan
    let recipe: Workspace.File<Recipe>
    let recipeHash: ContentHash
    let evidence: RetrainingEvidence
    let decision: RetrainingDecision
}

/// The training set of a back-test.
enum LabelSpineSQL {
    /// The rows of the loader `sql` before `cut`, the newest `limit`, made only of labels that were known by then.
    ///
    /// The label table is hidden behind its rows of that time: what became known later was no part of a training then.
    static func rows(of sql: String, timestamp: String, labels: String, before cut: EventTime, limit: Int) -> String {
        var loader = sql[...]
        while let last = loader.last, last.isWhitespace || last == ";" { loader.removeLast() }
        let table = SQLText.identifier(labels)
        let time = SQLText.identifier(timestamp)
        let moment = SQLText.literal(.time(cut))
        return """
            WITH \(table) AS (SELECT * FROM main.\(table) WHERE known_at <= \(moment))
            SELECT * FROM (
                SELECT * FROM (
            \(loader)
                ) WHERE \(time) < \(moment) ORDER BY \(time) DESC LIMIT \(limit)
            ) ORDER BY \(time)
            """
    }
}
