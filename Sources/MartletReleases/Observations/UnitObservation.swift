import MartletCore
import MartletTracking

/// What is known of one unit of an experiment.
struct UnitObservation: Sendable {
    /// One interaction, as far as metrics need it.
    struct Event: Sendable {
        let kind: Int
        let at: EventTime
        let amount: Double
    }

    /// The variant of its first exposure; `nil` before there is one.
    var variant: Int?
    var firstExposure: EventTime?
    /// Which request exposed it first, so that equal times have an order.
    var firstRequest = ""
    var events: [Event] = []
    /// What each metric counts of it now: above and below the line.
    var figures: [(Double, Double)] = []
    /// What was known of it before, for each metric; empty when nothing is asked.
    var covariates: [Double?] = []

    /// Notes an exposure; the earliest decides, whatever order they come in.
    mutating func expose(to variant: Int, at moment: EventTime, by request: String) {
        if let first = self.firstExposure, (first, self.firstRequest) <= (moment, request) { return }
        self.variant = variant
        self.firstExposure = moment
        self.firstRequest = request
    }

    /// What `metric` counts of the unit; an event before the exposure or after the window does not count.
    func figure(_ metric: ObservedMetric) -> (Double, Double) {
        guard let start = self.firstExposure else { return (0, 0) }
        return self.figure(metric) { $0.at >= start && $0.at <= start + metric.definition.window }
    }

    /// What `metric` counted of the unit in a window before its first exposure.
    func figureBefore(_ metric: ObservedMetric) -> Double {
        guard let start = self.firstExposure else { return 0 }
        let begin = EventTime(microseconds: start.microseconds - metric.definition.window.microseconds)
        return self.figure(metric) { $0.at < start && $0.at >= begin }.0
    }

    private func figure(_ metric: ObservedMetric, over counts: (Event) -> Bool) -> (Double, Double) {
        var (above, below) = (0.0, 0.0)
        for event in self.events where counts(event) {
            above += metric.numerator.value(of: event)
            if let denominator = metric.denominator { below += denominator.value(of: event) }
        }
        if metric.isConversion { above = above > 0 ? 1 : 0 }
        if let cap = metric.definition.cap { above = min(above, cap) }
        return (above, below)
    }
}

/// A metric whose kinds of interactions are numbers.
struct ObservedMetric: Sendable {
    /// A term of a metric.
    struct Term: Sendable {
        let kind: Int
        let countsAmount: Bool

        func value(of event: UnitObservation.Event) -> Double {
            guard event.kind == self.kind else { return 0 }
            return self.countsAmount ? event.amount : 1
        }
    }

    let definition: MetricDefinition
    let numerator: Term
    let denominator: Term?
    let isConversion: Bool

    /// Reads `definition`; `kind` numbers the kinds of interactions.
    init(_ definition: MetricDefinition, kind: (String) -> Int) {
        self.definition = definition
        func term(_ term: MetricTerm) -> Term {
            Term(kind: kind(term.event), countsAmount: term.value == .amount)
        }
        switch definition.kind {
        case .conversion(let event):
            self.numerator = Term(kind: kind(event), countsAmount: false)
            self.denominator = nil
            self.isConversion = true
        case .mean(let value):
            self.numerator = term(value)
            self.denominator = nil
            self.isConversion = false
        case .ratio(let above, let below):
            self.numerator = term(above)
            self.denominator = term(below)
            self.isConversion = false
        }
    }
}
