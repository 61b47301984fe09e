import Foundation
import MartletCore
import MartletReleases
import MartletTesting
import MartletTracking

/// One endpoint and one stored release, in which anything may happen at any time, crashes between any two steps.
struct ReleaseWorld {
    /// What the database holds of the release.
    var stored: ReleaseState
    /// What the database holds of the endpoint.
    var deployment: Deployment
    var isDisplaced = false
    var faults: [String] = []
    private var now = EventTime(microseconds: 0)

    static func unit(_ number: Int) -> ReleaseUnit {
        ReleaseUnit(
            version: ModelVersionID("price", number),
            featureService: "prices",
            featureFingerprint: ContentHash(of: "prices"),
            inputSchema: ContentHash(of: "schema"),
            policy: ContentHash(of: "policy")
        )
    }

    static func state(_ plan: ReleasePlan) throws -> ReleaseState {
        try ReleaseState(
            id: "r1",
            plan: plan,
            blue: Self.unit(1),
            green: Self.unit(2),
            revision: 1,
            Attribution(by: "ada", at: EventTime(microseconds: 0))
        )
    }

    /// A world with a plan of its own before the first step.
    init(using random: inout SplitMix64) throws {
        var plan = ReleasePlan(
            name: "price",
            endpoint: "price",
            strategy: ReleaseStrategy.allCases.randomElement(using: &random) ?? .canary
        )
        plan.approval = Bool.random(using: &random) ? .ask : .automatic
        self.stored = try Self.state(plan)
        let live = EndpointTraffic(live: ModelVersionID("price", 1), at: "price")
        let author = Attribution(by: "ada", at: EventTime(microseconds: 0))
        guard let deployment = Deployment(endpoint: "price", traffic: live, revision: 1, author: author) else {
            throw CancellationError()
        }
        self.deployment = deployment
    }

    /// Lets one thing happen; in a calm world nobody interferes and nothing crashes.
    mutating func happen(using random: inout SplitMix64, isCalm: Bool = false) throws {
        self.now = self.now + .seconds(Int64.random(in: 1...4_000, using: &random))
        var machine = ReleaseMachine(self.stored)
        let chance = Int.random(in: 0..<100, using: &random)
        let author = Attribution(by: "bob", at: self.now, reason: "why not")
        if !isCalm, chance < 3 {
            try? machine.abort(author)
            self.store(machine, using: &random)
        } else if chance < (isCalm ? 20 : 8) {
            try? machine.promote(author)
            self.store(machine, using: &random)
        } else if !isCalm, chance < 9 {
            self.deployByHand(author)
        } else {
            self.work(&machine, isCalm: isCalm, using: &random)
        }
        self.look()
    }

    /// What a runner does once, which may be killed before and after each effect.
    private mutating func work(_ machine: inout ReleaseMachine, isCalm: Bool, using random: inout SplitMix64) {
        func crashes() -> Bool { !isCalm && Int.random(in: 0..<5, using: &random) == 0 }
        if crashes() { return }
        switch machine.action {
        case .nothing: return
        case .route(let target):
            switch RoutingPlan(target, over: self.deployment, knownAs: machine.state.revision) {
            case .done(let revision): machine.didRoute(revision: revision, at: self.now)
            case .displaced(let author):
                machine.wasDisplaced(by: author ?? Attribution(by: "?", at: self.now), at: self.now)
            case .route(let expected):
                if !isCalm, Int.random(in: 0..<20, using: &random) == 0 {
                    machine.routeWasRefused("not approved", at: self.now)
                    break
                }
                guard expected == self.deployment.revision else { return }
                self.deployment =
                    Deployment(
                        endpoint: "price",
                        traffic: target,
                        revision: self.deployment.revision + 1,
                        author: Attribution(by: "martlet", at: self.now)
                    ) ?? self.deployment
                self.look()
                if crashes() { return }
                machine.didRoute(revision: self.deployment.revision, at: self.now)
            }
        case .awaitLoaded:
            if Bool.random(using: &random) {
                machine.didLoad(at: self.now)
            } else {
                machine.isNotLoaded(nil, at: self.now)
            }
        case .checkHealth:
            let isWell = Int.random(in: 0..<10, using: &random) > 0
            machine.didCheckHealth(Ruling(isWell ? "pass" : "fail", ["wrong"]), at: self.now)
        case .observe:
            let requests = Int.random(in: 0...2_000, using: &random)
            let errors = Int.random(in: 0..<8, using: &random) == 0 ? requests / 5 : 0
            let traffic = GreenTraffic(requests: requests, errors: errors, slow: 0)
            guard let inputs = machine.gateInputs(traffic, at: self.now) else { return }
            machine.didObserve(ReleaseGateRule.decide(inputs), at: self.now)
        }
        if crashes() { return }
        self.store(machine, using: &random)
    }

    /// Keeps the machine as a database does: through its JSON.
    private mutating func store(_ machine: ReleaseMachine, using random: inout SplitMix64) {
        do {
            let bytes = try JSONEncoder().encode(machine.state)
            self.stored = try JSONDecoder().decode(ReleaseState.self, from: bytes)
            if self.stored != machine.state { self.faults.append("a state is read back as another") }
        } catch {
            self.faults.append("a state cannot be stored: \(error)")
        }
    }

    private mutating func deployByHand(_ author: Attribution) {
        guard !self.stored.phase.isFinal else { return }
        self.isDisplaced = true
        let live = EndpointTraffic(live: ModelVersionID("price", 7), at: "price")
        self.deployment =
            Deployment(
                endpoint: "price",
                traffic: live,
                revision: self.deployment.revision + 1,
                author: author
            ) ?? self.deployment
    }

    /// Notes what must never be seen.
    private mutating func look() {
        let variants = self.deployment.traffic.answering
        if variants.reduce(0, { $0 + $1.weight }) != 10_000 { self.faults.append("some units have no version") }
        let whole = variants.filter { $0.weight == 10_000 }
        if whole.count > 1 { self.faults.append("two versions are live") }
        if self.isDisplaced, variants.first?.version != ModelVersionID("price", 7) {
            self.faults.append("what a person deployed by hand was overwritten")
        }
        if variants.contains(where: { ![1, 2, 7].contains($0.version.number) }) {
            self.faults.append("a version is live that nobody named")
        }
    }
}
