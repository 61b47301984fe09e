package import MartletCore
package import MartletTracking

/// An action that an alert gave rise to: what is to be done, and what came of it.
package struct AlertActionRecord: Sendable, Hashable, Codable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case waiting, done
        /// Given up after the last try.
        case failed
        /// It was only said what would have been done.
        case dryRun = "dry-run"
        /// Left out, for the reason told.
        case skipped
    }

    /// What is to be done, as it was declared when the alert fired.
    package struct Order: Sendable, Hashable, Codable {
        /// The key in the file, such as `roll_back`.
        package let action: String
        /// The retraining plan or recipe.
        package let plan: String?
        /// Whether the training begins though the plan does not find it due; absent for no.
        package let isAtOnce: Bool?
        /// The program that is run, `{endpoint}` and `{alert}` filled in.
        package let command: [String]?
        /// The channels that are told.
        package let channels: [String]

        /// Says what is to be done.
        package init(
            action: String,
            plan: String? = nil,
            isAtOnce: Bool? = nil,
            command: [String]? = nil,
            channels: [String] = []
        ) {
            self.action = action
            self.plan = plan
            self.isAtOnce = isAtOnce
            self.command = command
            self.channels = channels
        }
    }

    /// Equal however often and by however many processes it is asked for.
    package let id: String
    /// The alert as it is told.
    package let notice: AlertNotice
    /// The name in `actions:` that it comes from; the alert's own, or one of those that it stands for.
    package let rule: String
    package let order: Order
    /// Its place in `actions:`; what cools down.
    package let key: String
    package let mode: AlertActionRule.Mode
    package let coolDown: TimeSpan
    package let asked: Attribution
    package internal(set) var state: State
    package internal(set) var attemptCount = 0
    /// What it was found to be about when it was about to be done; kept before it is done.
    package internal(set) var target: AlertTarget?
    /// What was or would be done, or why not.
    package private(set) var outcome = ""
    /// The same with its code and values; absent where nobody has other words for it.
    private var remark: Remark?
    package internal(set) var finishedAt: EventTime?

    /// Asks for an action.
    package init(
        id: String,
        notice: AlertNotice,
        rule: String,
        order: Order,
        key: String,
        mode: AlertActionRule.Mode,
        coolDown: TimeSpan,
        asked: Attribution
    ) {
        self.id = id
        self.notice = notice
        self.rule = rule
        self.order = order
        self.key = key
        self.mode = mode
        self.coolDown = coolDown
        self.asked = asked
        self.state = .waiting
    }

    /// Notes how it ended.
    package mutating func end(_ state: State, _ outcome: Remark, at now: EventTime) {
        self.state = state
        self.note(outcome)
        self.finishedAt = now
    }

    /// Notes what came of it so far.
    mutating func note(_ outcome: Remark) {
        self.outcome = outcome.text
        self.remark = outcome.code.isEmpty ? nil : outcome
    }

    /// What was or would be done, or why not, for readers of other languages.
    package var outcomeRemark: Remark { self.remark ?? Remark(said: self.outcome) }

    /// The same with one more try.
    package func tried() -> AlertActionRecord {
        var record = self
        record.attemptCount += 1
        return record
    }

    /// What the ledger says of it.
    package var ledgerPayload: [String: JSONValue] {
        [
            "id": .string(self.id), "action": .string(self.order.action), "state": .string(self.state.rawValue),
            "mode": .string(self.mode.rawValue), "outcome": .string(self.outcome),
            "rule": .string(self.rule), "about": .string(self.notice.subject),
            "priority": .string(self.notice.priority.rawValue), "summary": .string(self.notice.summary),
            "causes": .array(self.notice.causes.map(JSONValue.string)),
            "since": .string(self.notice.since.description),
            "endpoints": .array(self.notice.endpoints.map(JSONValue.string)),
        ]
    }
}

/// What an action was found to be about: kept before it is done, so that a second start does it to the same thing.
package enum AlertTarget: Sendable, Hashable, Codable {
    /// There is nothing to do, for the reason told.
    case nothing
    /// A release or experiment under way.
    case release(String)
    /// An endpoint whose deployment of a revision gives way to a version.
    case deployment(endpoint: String, revision: Int64, version: String)
    /// A job of this name, doing a retraining, a load from a fallback, or a program of the user's.
    case job(String)
    /// Channels that are told.
    case channels([String])
}

/// Which actions open alerts give rise to; pure, so that it can be asked without doing anything.
package enum AlertActionPlan {
    /// Alerts that say that a model learned from another world; only these does a training help.
    private static let learnable = ["InputsDrifted", "ErrorExpectedToGrow", "ErrorGrew"]

    /// The actions for the alerts that fire and are not silenced.
    package static func records(
        for alerts: [Alert],
        silences: [AlertSilence],
        _ actions: AlertActions,
        at now: EventTime
    ) -> [AlertActionRecord] {
        let author = Attribution(by: AlertTransition.actor, at: now)
        return
            alerts.filter { alert in
                alert.phase == .firing && !silences.contains { $0.covers(alert, at: now) }
            }
            .flatMap { Self.records(for: $0, actions, author, prefix: $0.id) }
    }

    /// The actions for `alert`, asked for by `author`; `prefix` begins their ids, and `mode` stands in place of their own.
    package static func records(
        for alert: Alert,
        _ actions: AlertActions,
        _ author: Attribution,
        prefix: String,
        mode: AlertActionRule.Mode? = nil
    ) -> [AlertActionRecord] {
        let notice = AlertNotice(.fired, alert, at: author.at)
        return alert.rules.flatMap { name in
            actions.rules(for: name).enumerated()
                .map { index, rule in
                    var record = AlertActionRecord(
                        id: "\(prefix)-\(name)-\(index)",
                        notice: notice,
                        rule: name,
                        order: Self.order(rule, notice),
                        key: "\(name)-\(index)-\(rule.action.word)",
                        mode: mode ?? rule.mode,
                        coolDown: rule.coolDown,
                        asked: author
                    )
                    if case .retrain = rule.action, !Self.learnable.contains(alert.rule) {
                        let reason: Remark.Text =
                            "the cause is \(alert.rule) of \(alert.subject), which no training mends"
                        record.end(.skipped, Remark("action.noHelp", reason), at: author.at)
                    }
                    return record
                }
        }
    }

    private static func order(_ rule: AlertActionRule, _ notice: AlertNotice) -> AlertActionRecord.Order {
        let action = rule.action
        var (plan, command, channels): (String?, [String]?, [String]) = (nil, nil, [])
        switch action {
        case .rollBack, .fallBack: break
        case .retrain(let name): plan = name.value
        case .page(let names): channels = names.map(\.value)
        case .scale(let hook):
            channels = [hook?.channel?.value].compactMap(\.self)
            command = hook?.command?
                .map { word in
                    word.replacing("{endpoint}", with: notice.endpoints.first ?? "")
                        .replacing("{alert}", with: notice.alert)
                }
        }
        return .init(
            action: action.word,
            plan: plan,
            isAtOnce: rule.isAtOnce ? true : nil,
            command: command,
            channels: channels
        )
    }
}
