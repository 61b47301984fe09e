import MartletReleases

/// What the timeline says of a release or an experiment that moved.
enum SimulatedRunText {
    /// One line, or none where nothing is to be said.
    static func lines(_ run: ReleaseRun) -> [String] {
        switch run {
        case .experiment(let state): Self.line(state).map { [$0] } ?? []
        case .release(let state): Self.line(state).map { [$0] } ?? []
        }
    }

    private static func line(_ state: ExperimentState) -> String? {
        let (new, old) = (state.treatment.version, state.control.version)
        let reasons = state.reasons.isEmpty ? "" : ": " + state.reasons.joined(separator: " ")
        switch state.phase {
        case .starting, .ending: return nil
        case .running:
            if state.experiment.isPaired { return "\(new) scores every request beside \(old), which answers" }
            return "\(new) answers \(Self.percent(state.experiment.treatmentWeight)) of the visitors, \(old) the others"
        case .awaitingReview:
            let verdict = state.verdict == .ask ? "won" : "won by too little"
            return "\(new) \(verdict) and waits for a person\(reasons)"
        case .ended: return "over: \(state.outcome ?? "")\(reasons)"
        }
    }

    private static func line(_ state: ReleaseState) -> String? {
        let (new, old) = (state.green.version, state.blue.version)
        let steps = state.plan.steps
        let weight = steps.indices.contains(state.step) ? steps[state.step].weight : 0
        switch state.phase {
        case .starting, .shifting, .retiring: return nil
        case .warmingUp: return "green \(new) is loaded beside blue \(old)"
        case .verifying: return "green \(new) is loaded, and answers recorded requests"
        case .observing: return "green \(new) answers \(Self.percent(weight))"
        case .awaitingApproval: return "\(new) waits for a person before the last step"
        case .standingBy: return "green \(new) passed its watch; blue \(old) stands by for \(state.plan.standby)"
        case .completed: return "\(old) is archived, \(new) alone is live"
        case .rollingBack: return "back to \(old): \(state.rollbackReason ?? "")"
        case .rolledBack: return "rolled back: \(old) alone is live"
        }
    }

    private static func percent(_ basisPoints: Int) -> String {
        "\(Quantity.number(Double(basisPoints) / 100)) %"
    }
}
