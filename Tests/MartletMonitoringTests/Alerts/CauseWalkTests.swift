import MartletCore
import Testing

@testable import MartletMonitoring

/// Findings of one cause are one alert.
struct CauseWalkTests {
    /// A small generator, so that every failure can be had again.
    struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = self.state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func graph() -> LineageGraph {
        var graph = LineageGraph()
        graph.connect("source:sales", to: "pipeline:nightly")
        graph.connect("pipeline:nightly", to: "source:sales")
        graph.connect("pipeline:nightly", to: "view:prices")
        graph.connect("source:sales", to: "view:prices")
        graph.connect("source:streets", to: "view:streets")
        graph.connect("view:prices", to: "model:rent:3")
        graph.connect("view:streets", to: "model:rent:3")
        graph.connect("model:rent:3", to: "endpoint:rent")
        graph.connect("view:prices", to: "model:sale:1")
        graph.connect("model:sale:1", to: "endpoint:sale")
        return graph
    }

    @Test func `a stale view is told by the features that the model reads, those that drifted first`() throws {
        let now = EventTime(microseconds: 1_700_000_000_000_000)
        var facts = AlertFacts(
            traffic: [],
            comparisons: [
                AlertFacts.Comparison(
                    endpoint: "rent",
                    version: "rent:3",
                    driftedColumns: ["price_mean", "area"],
                    errorGrowth: nil,
                    estimatedGrowth: 0.5
                )
            ]
        )
        let load = DataAttempt(subject: "view:prices", at: now - .seconds(7 * 3_600), outcome: .fresh)
        facts.data = [
            DataFact(
                subject: "view:prices",
                standing: DataStanding(last: load, freshAt: load.at, succeededAt: load.at),
                limit: .age(.seconds(3_600)),
                loads: FaultCount(total: 1, bad: 0)
            )
        ]
        var graph = self.graph()
        let plain = facts.findings(.standard, ServiceObjectives(), along: graph, at: now)
        #expect(plain.first?.causes.last == "feature view prices stale 7 h (1 h at most)")
        graph.read(["price_last", "price_mean", "price_count", "price_sum", "price_min"], of: "prices", at: "rent")
        graph.read(["price_median"], of: "prices", at: "sale")
        let alerts = facts.findings(.standard, ServiceObjectives(), along: graph, at: now)
        let alert = try #require(alerts.first)
        #expect(alerts.count == 1 && alert.key == "FeaturesStale/view:prices")
        #expect(
            alert.causes == [
                "price_mean, area drifted",
                "features price_mean, price_count, price_last and 2 more of prices stale 7 h (1 h at most)",
            ]
        )
        // Alone it names what any endpoint reads.
        var quiet = AlertFacts(traffic: [], comparisons: [])
        quiet.data = facts.data
        var narrow = self.graph()
        narrow.read(["price_median"], of: "prices", at: "sale")
        let alone = quiet.findings(.standard, ServiceObjectives(), along: narrow, at: now)
        #expect(alone.map(\.summary) == ["feature price_median of prices stale 7 h (1 h at most)"])
    }

    @Test func `an error is walked back over the features to the source, as one alert`() throws {
        let findings = [
            AlertFinding(.errorExpectedToGrow, about: "endpoint:rent", summary: "MAE est. +9 %"),
            AlertFinding(.featuresStale, about: "view:prices", summary: "feature view prices stale 7 h"),
            AlertFinding(.jobFailed, about: "pipeline:nightly", summary: "job j1 of pipeline nightly failed"),
            AlertFinding(.gateFailed, about: "source:sales", summary: "ingest gate of sales failed"),
            AlertFinding(.schemaChanged, about: "source:sales", summary: "the schema of source sales changed"),
            AlertFinding(.slow, about: "endpoint:rent", summary: "rent is slow"),
        ]
        let alerts = CauseWalk(self.graph()).merge(findings)
        #expect(alerts.map(\.key) == ["SchemaChanged/source:sales", "Slow/endpoint:rent"])
        let alert = try #require(alerts.first)
        #expect(
            ([alert.summary] + alert.causes).joined(separator: " ← ")
                == "MAE est. +9 % ← feature view prices stale 7 h ← job j1 of pipeline nightly failed"
                + " ← ingest gate of sales failed ← the schema of source sales changed"
        )
        #expect(
            alert.endpoints == ["rent"] && alert.priority == .p1 && alert.runbook == AlertRule.schemaChanged.runbook
        )
        #expect(
            alert.rules == ["SchemaChanged", "ErrorExpectedToGrow", "FeaturesStale", "JobFailed", "GateFailed"]
        )
        #expect(alerts[1].members == ["Slow/endpoint:rent"])
    }

    @Test func `what else came of a cause is told beside the chain, and what is not made from it is another alert`() {
        let findings = [
            AlertFinding(.errorGrew, about: "endpoint:rent", summary: "rent: error +30 %"),
            AlertFinding(.inputsDrifted, about: "endpoint:sale", summary: "sale: area drifted"),
            AlertFinding(.sourceFails, about: "source:sales", summary: "source sales could not be loaded"),
            AlertFinding(.sourceStale, about: "source:streets", summary: "source streets stale 3 d"),
            AlertFinding(.processorBusy, about: "host", summary: "the CPU is 95 % used"),
            AlertFinding(.slow, about: "endpoint:rent", summary: "rent is slow"),
            AlertFinding(.trainingSlow, about: "recipe:rent", summary: "the training of rent goes on for 3 h"),
            AlertFinding(.diskFills, about: "host", summary: "the disk is 90 % full"),
        ]
        let alerts = CauseWalk(self.graph()).merge(findings)
        #expect(
            alerts.map(\.key) == [
                "DiskFills/host", "ProcessorBusy/host", "SourceFails/source:sales", "SourceStale/source:streets",
            ]
        )
        let members = alerts.flatMap(\.members)
        #expect(Set(members) == Set(findings.map(\.key)) && members.count == findings.count)
    }

    @Test(arguments: 0..<200)
    func `every finding is in exactly one alert, in whatever order findings come`(seed: Int) {
        var dice = Dice(state: UInt64(seed))
        var graph = LineageGraph()
        let nodes = (0..<8).map { ["source", "pipeline", "view", "model", "endpoint"][$0 % 5] + ":\($0)" } + ["host"]
        for _ in 0..<Int.random(in: 0...14, using: &dice) {
            graph.connect(nodes.randomElement(using: &dice) ?? "", to: nodes.randomElement(using: &dice) ?? "")
        }
        let findings = (0..<Int.random(in: 0...12, using: &dice))
            .map { number in
                AlertFinding(
                    AlertRule.allCases.randomElement(using: &dice) ?? .slow,
                    about: nodes.randomElement(using: &dice) ?? "",
                    summary: Remark(said: "finding \(number)")
                )
            }
        let unique = Dictionary(findings.map { ($0.key, $0) }) { first, _ in first }
        let alerts = CauseWalk(graph).merge(Array(unique.values))
        #expect(CauseWalk(graph).merge(unique.values.shuffled(using: &dice)) == alerts)
        #expect(alerts.flatMap(\.members).sorted() == unique.keys.sorted())
        for alert in alerts {
            let members = alert.members.compactMap { unique[$0] }
            #expect(alert.members.first == alert.key)
            #expect(alert.priority == members.map(\.priority).min())
            // Every line of a member is told once, in the chain or beside it.
            let told = [alert.summary] + alert.causes + alert.consequences
            #expect(told.sorted() == members.map(\.summary).sorted())
            // Nothing that it stands for leads to its root.
            let root = AlertRule(rawValue: alert.rule)
            #expect(
                members.allSatisfy {
                    !(AlertRule(rawValue: $0.rule)?.leads(to: root ?? .diskFills) ?? true) || $0.key == alert.key
                        || $0.subject != alert.subject
                }
            )
        }
        // An alert of its own has no cause among all findings that leads to it.
        for alert in alerts {
            guard let root = AlertRule(rawValue: alert.rule) else { continue }
            for other in unique.values where other.key != alert.key {
                guard let rule = AlertRule(rawValue: other.rule), rule.leads(to: root), rule.family == .data else {
                    continue
                }
                #expect(graph.distances(from: other.subject)[alert.subject] == nil)
            }
        }
    }

    @Test(arguments: 0..<50)
    func `an unrelated finding changes no other alert`(seed: Int) {
        var dice = Dice(state: UInt64(1_000 + seed))
        let graph = self.graph()
        let subjects = ["source:sales", "view:prices", "endpoint:rent", "endpoint:sale", "pipeline:nightly"]
        let rules = AlertRule.allCases.filter { $0.family != .host }
        let findings = (0..<5)
            .map { number in
                AlertFinding(
                    rules.randomElement(using: &dice) ?? .slow,
                    about: subjects.randomElement(using: &dice) ?? "",
                    summary: Remark(said: "finding \(number)")
                )
            }
        let more = findings + [AlertFinding(.sourceStale, about: "source:other", summary: "other")]
        let alerts = CauseWalk(graph).merge(more)
        #expect(alerts.filter { $0.subject != "source:other" } == CauseWalk(graph).merge(findings))
        #expect(alerts.count { $0.subject == "source:other" } == 1)
    }
}
