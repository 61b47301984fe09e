import MartletCore
import MartletJobs

/// What the timeline says of a step that ended.
struct SimulatedStepText {
    let kind: String
    let line: String

    init(_ order: StepOrder, _ outcome: StepOutcome) {
        let name = "\(order.job.pipeline)/\(order.plan.name)"
        switch order.plan.work {
        case .ingest: self.kind = "collection"
        case .materialize: self.kind = "features"
        case .train: self.kind = "training"
        case .retrain, .retrainNow: self.kind = "retraining"
        case .command: self.kind = "program"
        }
        switch outcome {
        case .succeeded(let result): self.line = "\(name): \(Self.sentence(order.plan.work, result))"
        case .failed(let reason, let isFinal, _):
            let tries = order.job.steps[order.index].tries
            let isLast = isFinal || tries >= order.plan.retries.tries
            self.line = "\(name) failed\(isLast ? "" : ", and is tried again"): \(reason.text)"
        case .ended: self.line = "\(name) was ended"
        }
    }

    private static func sentence(_ work: StepWork, _ result: [String: JSONValue]) -> String {
        switch work {
        case .ingest:
            guard case .array(let batches)? = result["batches"] else { return "done" }
            let texts = batches.compactMap { batch -> String? in
                guard let source = batch["source"]?.text, batch["outcome"]?.text == "loaded" else { return nil }
                let quarantined = Self.count(batch["quarantined"])
                let rest = quarantined > 0 ? ", \(Quantity.count(quarantined)) in quarantine" : ""
                return "\(source) \(Quantity.count(Self.count(batch["rows"]))) rows\(rest)"
            }
            return texts.isEmpty ? "nothing new" : texts.joined(separator: "; ")
        case .materialize:
            return "\(Quantity.count(Self.count(result["changed"]))) rows online are newer"
        case .train:
            let rows = Quantity.count(Self.count(result["training_rows"]))
            return "\(result["version"]?.text ?? "") from \(rows) rows: PendingManualApproval"
        case .retrain, .retrainNow:
            let version = result["version"]?.text.map { ": \($0)" } ?? ""
            return "\(result["verdict"]?.text ?? "")\(version)"
        case .command: return "done"
        }
    }

    private static func count(_ value: JSONValue?) -> Int {
        if case .integer(let number)? = value { Int(number) } else { 0 }
    }
}
