import MartletReleases
import MartletTracking

/// How a release or an A/B test is named and marked wherever it is mentioned.
enum ReleaseBadge {
    /// Name, address and phase of `run`.
    static func view(_ run: ReleaseRun, _ visit: ConsoleVisit) -> View {
        let words = visit.words
        return [
            "releaseID": run.id, "releaseAddress": Address.of("releases", run.id),
            "releaseKind": words["release." + run.kind],
            "phaseText": words["phase." + run.phase], "phaseStyle": Self.style(run),
            "outcomeText": run.outcome.map { Self.outcome($0, words) },
            "releaseVersion": run.new.version.description, "versionBefore": run.old.version.description,
            "versionAddress": ModelsPage.address(run.new.version.model, run.new.version.number),
            "startedAt": visit.figures.view(run.startedBy.at), "startedBy": run.startedBy.actor,
            "phaseSince": visit.figures.view(run.phaseSince),
        ]
    }

    /// The style class of a phase.
    static func style(_ run: ReleaseRun) -> String {
        switch run.phase {
        case "completed": "approved"
        case "rolled-back", "rolling-back": "rejected"
        case "awaiting-approval", "awaiting-review": "pending"
        case "ended": run.outcome == "promote" ? "approved" : "plain"
        default: "running"
        }
    }

    /// A word for an outcome; a sentence stays as it is.
    static func outcome(_ outcome: String, _ words: Words) -> String {
        for prefix in ["verdict.", "phase."] where words[prefix + outcome] != prefix + outcome {
            return words[prefix + outcome]
        }
        return outcome
    }

    /// The style class of a verdict.
    static func verdictStyle(_ verdict: String) -> String {
        switch verdict {
        case "promote", "advance", "pass", "start", "ask": "approved"
        case "rollback", "fail", "rejected", "guardrail", "fault", "abort", "stop", "refuse": "rejected"
        case "blocked", "hold", "inconclusive": "pending"
        default: "plain"
        }
    }
}
