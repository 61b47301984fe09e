package import MartletCore
package import MartletMonitoring
import MartletTracking

extension AlertDelivery {
    /// The delivery with stable keys.
    package var json: JSONValue {
        .object([
            "id": .string(self.id), "channel": .string(self.channel), "alert": .string(self.notice.alert),
            "happened": .string(self.happened), "priority": .string(self.notice.priority.rawValue),
            "what": .string(self.notice.chain), "since": .string(self.notice.since.description),
            "at": .string(self.notice.at.description), "state": .string(self.state.rawValue),
            "tries": .integer(Int64(self.attemptCount)),
            "next_try": self.state == .waiting ? .string(self.dueAt.description) : .null,
            "finished_at": self.finishedAt.map { .string($0.description) } ?? .null,
            "answer": self.outcome?.status.map { .integer(Int64($0)) } ?? .null,
            "answer_text": self.outcome.map { .string($0.body) } ?? .null,
            "failure": self.outcome.flatMap { $0.isSuccess ? nil : .string($0.reason) } ?? .null,
        ])
    }

    /// What is told: `fired`, `escalated`, `resolved`, or what is asked for, such as `scale`.
    package var happened: String { self.notice.request ?? self.notice.kind.rawValue }
}

extension AlertActionRecord {
    /// The action with stable keys.
    package var json: JSONValue {
        .object([
            "id": .string(self.id), "alert": .string(self.notice.alert), "rule": .string(self.rule),
            "action": .string(self.order.action), "mode": .string(self.mode.rawValue),
            "state": .string(self.state.rawValue), "asked_at": .string(self.asked.at.description),
            "by": .string(self.asked.actor), "reason": self.asked.reason.map(JSONValue.string) ?? .null,
            "tries": .integer(Int64(self.attemptCount)),
            "finished_at": self.finishedAt.map { .string($0.description) } ?? .null,
            "outcome": .string(self.outcome), "what": .string(self.notice.chain),
        ])
    }
}
