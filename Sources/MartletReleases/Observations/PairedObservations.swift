import MartletCore
import MartletStatistics
import MartletTracking

/// Differences in loss between control and treatment on the same requests, beside the loss of control, which they are
/// related to.
///
/// An outcome answers the request it names, or the last request about its entity before it came true. In whatever order
/// predictions and outcomes arrive, the sums are the same to within rounding.
struct PairedObservations: Sendable {
    private struct Request: Sendable {
        var at: EventTime
        var control: Double?
        var treatment: Double?
        /// The outcome that names the request.
        var named: Double?
        /// The outcome of its entity; one that names the request counts before it.
        var found: Double?
        /// The difference that is counted now, and control's loss.
        var counted: (Double, Double)?
    }

    private struct Entity: Sendable {
        var requests: [(at: EventTime, id: String)] = []
        var outcomes: [(at: EventTime, id: String, value: Double)] = []
    }

    private let loss: PairedLoss
    private var requests: [String: Request] = [:]
    private var entities: [String: Entity] = [:]
    /// Outcomes of requests that are not logged yet.
    private var early: [String: Double] = [:]
    /// The differences, control's loss less treatment's, and control's losses.
    private(set) var moments = PairMoments()

    init(loss: PairedLoss) { self.loss = loss }

    mutating func add(_ exposure: Exposure, isControl: Bool) {
        guard let prediction = exposure.prediction, prediction.isFinite else { return }
        let isNew = self.requests[exposure.requestID] == nil
        var request = self.requests[exposure.requestID] ?? Request(at: exposure.at)
        if isControl { request.control = prediction } else { request.treatment = prediction }
        if let value = self.early.removeValue(forKey: exposure.requestID) { request.named = value }
        self.requests[exposure.requestID] = request
        self.count(exposure.requestID)
        guard isNew, let entity = exposure.entity else { return }
        self.entities[entity, default: Entity()].requests.append((exposure.at, exposure.requestID))
        self.match(entity)
    }

    mutating func add(_ outcome: Outcome) {
        if let id = outcome.requestID {
            if self.requests[id] == nil {
                self.early[id] = outcome.value
            } else {
                self.requests[id]?.named = outcome.value
                self.count(id)
            }
        } else if let entity = outcome.entity {
            self.entities[entity, default: Entity()].outcomes.append((outcome.at, outcome.id, outcome.value))
            self.match(entity)
        }
    }

    /// Gives each request of an entity the first outcome for which it was the last request before.
    private mutating func match(_ name: String) {
        guard var entity = self.entities[name] else { return }
        entity.requests.sort { ($0.at, $0.id) < ($1.at, $1.id) }
        entity.outcomes.sort { ($0.at, $0.id) < ($1.at, $1.id) }
        self.entities[name] = entity
        var found: [String: Double] = [:]
        for outcome in entity.outcomes {
            guard let last = entity.requests.last(where: { $0.at <= outcome.at }), found[last.id] == nil else {
                continue
            }
            found[last.id] = outcome.value
        }
        for request in entity.requests {
            self.requests[request.id]?.found = found[request.id]
            self.count(request.id)
        }
    }

    /// Brings what a request adds up to date.
    private mutating func count(_ id: String) {
        guard var request = self.requests[id] else { return }
        var pair: (Double, Double)?
        if let control = request.control, let treatment = request.treatment,
            let outcome = request.named ?? request.found
        {
            let loss = self.loss(control, outcome)
            pair = (loss - self.loss(treatment, outcome), loss)
        }
        switch (request.counted, pair) {
        case (nil, let new?): self.moments.add(new.0, new.1)
        case (let old?, nil): self.moments.remove(old.0, old.1)
        case (let old?, let new?): self.moments.replace(old, with: new)
        case (nil, nil): return
        }
        request.counted = pair
        self.requests[id] = request
    }
}
