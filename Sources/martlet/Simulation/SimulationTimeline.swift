import MartletCore

/// One line of a simulation's timeline.
struct SimulationEvent: Sendable, Hashable {
    let at: EventTime
    /// What it is about: `collection`, `training`, `people`, `experiment`, `release`, `alert` and others.
    let kind: String
    let text: String
}

/// What happened in a simulation, told as it happens.
final class SimulationTimeline {
    private(set) var events: [SimulationEvent] = []
    private let calendar: SimulatedCalendar
    private let terminal: Terminal

    /// Tells on `terminal`.
    init(_ calendar: SimulatedCalendar, _ terminal: Terminal) {
        self.calendar = calendar
        self.terminal = terminal
    }

    /// Adds a line.
    func add(_ kind: String, _ text: String, at moment: EventTime) {
        self.events.append(SimulationEvent(at: moment, kind: kind, text: text))
        let label = kind + String(repeating: " ", count: max(0, 11 - kind.count))
        self.terminal.line("\(self.calendar.text(moment))  \(label) \(text)")
    }
}

/// How a simulation ended.
struct SimulationReport: Sendable {
    let plan: String
    let seed: UInt64
    let from: EventTime
    let to: EventTime
    let events: [SimulationEvent]
    let figures: SimulatedVisitors.Figures
    /// The version that answers at the end.
    let live: String
    let folder: String

    /// With stable keys.
    var json: JSONValue {
        .object([
            "plan": .string(self.plan), "seed": .string(String(self.seed)), "from": .string(self.from.description),
            "to": .string(self.to.description), "visitors": .integer(Int64(self.figures.visitors)),
            "failed_requests": .integer(Int64(self.figures.failures)), "signed": .integer(Int64(self.figures.signed)),
            "live": .string(self.live), "workspace": .string(self.folder),
            "events": .array(
                self.events.map { event in
                    .object([
                        "at": .string(event.at.description), "kind": .string(event.kind), "text": .string(event.text),
                    ])
                }
            ),
        ])
    }
}
