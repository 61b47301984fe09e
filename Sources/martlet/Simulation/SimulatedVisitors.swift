import Foundation
import MartletCore
import MartletServing
import MartletTracking
import MartletTraining

/// The visitors of a simulation: they ask the gateway, and do something about the answer, or not.
struct SimulatedVisitors {
    /// What was counted.
    struct Figures: Sendable, Hashable {
        var visitors = 0
        var failures = 0
        /// Visitors who went all the way, such as signed.
        var signed = 0
    }

    private let plan: VisitorPlan
    private let endpoint: String
    private let isRegression: Bool
    private let world: SimulatedWorld
    private let calendar: SimulatedCalendar
    private var random: DemoRandom
    private var number = 0
    /// Visitors that are due, in parts of one.
    private var due = 0.0
    private var interactions: [Interaction] = []
    private var outcomes: [Outcome] = []
    private(set) var figures = Figures()
    /// Whether other visitors come, and the truth has moved.
    var hasDrifted = false
    /// How much later than planned what came true is known.
    var lateness = TimeSpan(microseconds: 0)

    /// What the truth moved by.
    private static let moved = 1.25

    init(_ plan: SimulationPlan, _ recipe: Recipe, _ world: SimulatedWorld, seed: UInt64) {
        self.plan = plan.visitors
        self.endpoint = plan.endpoint.value
        self.isRegression = recipe.task == .regression
        self.world = world
        self.calendar = SimulatedCalendar(plan.zone)
        self.random = DemoRandom(seed: seed)
    }

    /// Lets those who come between two moments ask, one after another, and moves the clock along.
    mutating func come(from start: EventTime, to end: EventTime, _ gateway: Gateway, _ time: SteppedTime) {
        let length = end.microseconds - start.microseconds
        let share = VisitorPlan.share(ofHour: self.calendar.hour(of: start)) * Double(length) / 3_600_000_000
        self.due += share * Double(self.plan.perDay)
        let count = Int(self.due)
        self.due -= Double(count)
        guard count > 0 else { return }
        let moments = (0..<count)
            .map { _ in start + TimeSpan(microseconds: Int64(self.random.unit() * Double(length))) }
        let positions = self.world.positions(around: start, self.plan.near)
        let dear = self.hasDrifted ? positions.filter { self.world.rows[$0].label > self.world.dear } : []
        for moment in moments.sorted() {
            time.move(to: moment)
            let index =
                dear.isEmpty
                ? positions.lowerBound + self.random.whole(0...(positions.count - 1)) : self.random.pick(dear)
            self.visit(self.world.rows[index], moment, gateway)
        }
    }

    /// What is known by `moment` and was not handed over before, in the order in which it happened.
    mutating func known(by moment: EventTime) -> (interactions: [Interaction], outcomes: [Outcome]) {
        let done = self.interactions.filter { $0.at <= moment }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        let came = self.outcomes.filter { $0.at <= moment }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        self.interactions.removeAll { $0.at <= moment }
        self.outcomes.removeAll { $0.at <= moment }
        return (done, came)
    }

    private mutating func visit(_ row: SimulatedWorld.Row, _ moment: EventTime, _ gateway: Gateway) {
        self.number += 1
        self.figures.visitors += 1
        let unit = "visitor-\(self.number)"
        let body = #"{"unit":"\#(unit)","allow_unknown_entities":true,"inputs":[\#(row.input)]}"#
        let answer = gateway.predict(endpoint: self.endpoint, body: Array(body.utf8))
        guard answer.error == nil, let shown = Self.value(answer.body) else {
            self.figures.failures += 1
            return
        }
        let label = self.hasDrifted && self.isRegression ? row.label * Self.moved : row.label
        let off = abs(shown - label) / (self.isRegression ? max(abs(label), .leastNormalMagnitude) : 1)
        var at = moment
        self.note(unit, "impression", nil, at, answer.requestID)
        for (index, step) in self.plan.steps.enumerated() {
            guard self.random.happens(step.probability(off: off)) else { return }
            at = at + TimeSpan(microseconds: Int64(Double(step.after.microseconds) * self.random.uniform(0.5, 1.5)))
            let isLast = index == self.plan.steps.count - 1
            self.note(unit, step.kind, isLast ? label : nil, at, answer.requestID)
        }
        self.figures.signed += 1
        self.outcomes.append(
            Outcome(
                id: "\(unit)-outcome",
                at: at + self.plan.outcomeAfter + self.lateness,
                endpoint: self.endpoint,
                requestID: answer.requestID,
                value: label
            )
        )
    }

    private mutating func note(_ unit: String, _ kind: String, _ amount: Double?, _ at: EventTime, _ request: String) {
        self.interactions.append(
            Interaction(
                id: "\(unit)-\(kind)",
                at: at,
                kind: kind,
                unit: unit,
                requestID: request,
                amount: amount,
                endpoint: self.endpoint
            )
        )
    }

    /// The number that was answered.
    private static func value(_ body: [UInt8]) -> Double? {
        guard case .array(let predictions)? = (try? JSONValue(parsing: Data(body)))?["predictions"],
            let value = predictions.first?["value"]
        else { return nil }
        return switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
