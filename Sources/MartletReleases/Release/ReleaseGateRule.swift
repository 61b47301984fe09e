package import MartletCore
package import MartletStatistics

/// Decides whether green goes on, from what it did since it got its share.
///
/// Gates are sequential tests, so they are looked at all the time: a proven breach goes back at once. A step below
/// 100 % ends when its time is over, the least number of requests was seen and no breach is proven; the watch at 100 %
/// ends when its time is over and both limits are proven to be kept. No data is never a pass.
package enum ReleaseGateRule: DecisionRule {
    /// Where green stands.
    package enum Stage: String, Sendable, Hashable, Codable {
        /// A share below 100 %.
        case step
        /// 100 %, with blue ready to take over.
        case watch
        /// A person is asked before the last step.
        case approval
        /// 100 %, after the watch passed.
        case standby
    }

    /// What the rule says.
    package enum Verdict: String, Sendable, Hashable, Codable {
        case wait
        case advance
        case rollback
    }

    /// All that is looked at.
    package struct Inputs: Sendable, Hashable, Codable {
        package var gates: ReleaseGates
        package var stage: Stage
        /// The share of green in basis points.
        package var weight: Int
        /// The least time of the stage.
        package var hold: TimeSpan
        package var patience: TimeSpan
        package var elapsed: TimeSpan
        package var traffic: GreenTraffic

        /// Looks at `traffic`, `elapsed` after the stage began.
        package init(
            gates: ReleaseGates,
            stage: Stage,
            weight: Int,
            hold: TimeSpan,
            patience: TimeSpan,
            elapsed: TimeSpan,
            traffic: GreenTraffic
        ) {
            self.gates = gates
            self.stage = stage
            self.weight = weight
            self.hold = hold
            self.patience = patience
            self.elapsed = elapsed
            self.traffic = traffic
        }
    }

    package static let rule = DecisionRecord.Rule("release-gate", 1)

    package static func decide(_ inputs: Inputs) -> Ruling {
        let (verdict, remarks) = Self.verdict(inputs)
        return Ruling(verdict.rawValue, remarks)
    }

    /// What each gate says of the traffic so far.
    package static func gates(_ inputs: Inputs) -> (errors: GateVerdict, latency: GateVerdict) {
        let gates = inputs.gates
        let traffic = inputs.traffic
        let errors = BernoulliCount(trials: traffic.requests, successes: min(traffic.errors, traffic.requests))
        let slow = BernoulliCount(trials: traffic.requests, successes: min(traffic.slow, traffic.requests))
        let latency = LatencyGate(
            quantile: gates.latencyQuantile,
            thresholdMilliseconds: Double(gates.latencyLimit.microseconds) / 1_000,
            alpha: gates.alpha
        )
        return (
            ErrorRateGate(threshold: gates.errorRateLimit, alpha: gates.alpha).verdict(on: errors),
            latency.verdict(on: slow)
        )
    }

    private static func verdict(_ inputs: Inputs) -> (Verdict, [Remark]) {
        if let reason = inputs.traffic.takenOut {
            return (.rollback, [Remark("gate.takenOut", "The gateway took the new version out: \(reason)")])
        }
        let (errors, latency) = Self.gates(inputs)
        let sentences = Self.sentences(inputs, errors, latency)
        if errors == .fail || latency == .fail { return (.rollback, sentences) }
        let seen = inputs.traffic.requests
        let missing: Int =
            switch inputs.stage {
            case .step: max(0, inputs.gates.requestMinimum - seen)
            case .watch: max(Self.missing(errors), Self.missing(latency))
            case .approval, .standby: 0
            }
        if inputs.stage == .approval {
            return (.wait, [Remark("gate.asked", "A person is asked before the last step.")] + sentences)
        }
        if inputs.elapsed < inputs.hold {
            let share = PercentShare.text(inputs.weight)
            return (.wait, [Remark("gate.hold", "\(inputs.hold) at \(share) are not over.")] + sentences)
        }
        if missing > 0 {
            if inputs.elapsed >= inputs.patience {
                let text: Remark.Text = "Nothing was proven in \(inputs.patience), and no proof is no pass."
                return (.rollback, [Remark("gate.patience", text)] + sentences)
            }
            let more =
                missing == .max
                ? Remark("gate.needsAnyNumber", "More requests are needed: more than can be foreseen.")
                : Remark("gate.needs", "More requests are needed: about \(missing).")
            return (.wait, [more] + sentences)
        }
        return (.advance, sentences)
    }

    private static func missing(_ verdict: GateVerdict) -> Int {
        if case .inconclusive(let more) = verdict { return max(more, 1) }
        return 0
    }

    private static func sentences(_ inputs: Inputs, _ errors: GateVerdict, _ latency: GateVerdict) -> [Remark] {
        let (gates, traffic) = (inputs.gates, inputs.traffic)
        let quantile = "P" + EvidenceText.number(gates.latencyQuantile * 100)
        let (limit, slow, requests) = (EvidenceText.percent(gates.errorRateLimit), traffic.slow, traffic.requests)
        return [
            Remark(
                "gate.errors",
                "Errors: \(traffic.errors) of \(requests) requests; below \(limit) is \(Self.word(errors))."
            ),
            Remark(
                "gate.latency",
                """
                Latency: \(slow) of \(requests) requests over \(gates.latencyLimit); \(quantile) within it is \
                \(Self.word(latency)).
                """
            ),
        ]
    }

    private static func word(_ verdict: GateVerdict) -> Remark {
        switch verdict {
        case .pass: Remark("gate.proven", "proven")
        case .fail: Remark("gate.broken", "proven wrong")
        case .inconclusive(.max): Remark("gate.open", "open")
        case .inconclusive(let more): Remark("gate.short", "open, about \(more) requests short")
        }
    }
}
