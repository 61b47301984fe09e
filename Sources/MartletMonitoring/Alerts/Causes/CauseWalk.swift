/// Puts findings of one cause together, by walking what is made from what.
///
/// A finding is put down to another when that is about something it is made from, or about the same thing, and its rule
/// leads to the other's (``AlertRule/leads(to:)``); a service fault leads to another of the same endpoint only. Of several the nearest counts. So the findings are trees, and each tree is one alert under
/// the name of its root; its line begins with what suffers and walks back to the root.
package struct CauseWalk: Sendable {
    private let graph: LineageGraph

    /// Walks over `graph`.
    package init(_ graph: LineageGraph) { self.graph = graph }

    /// One finding for each cause, in the order of keys; every one of `findings` is in exactly one of them.
    ///
    /// The order of `findings` does not matter.
    package func merge(_ findings: [AlertFinding]) -> [AlertFinding] {
        let findings = Dictionary(findings.map { ($0.key, $0) }) { first, _ in first }.values.sorted { $0.key < $1.key }
        let parents = self.parents(findings)
        var trees: [Int: [Int]] = [:]
        for index in findings.indices {
            var root = index
            while let parent = parents[root] { root = parent }
            trees[root, default: []].append(index)
        }
        return trees.map { root, members in self.alert(root, members, findings, parents) }.sorted { $0.key < $1.key }
    }

    /// The nearest cause of each finding; a cause has an earlier rule, so that nothing causes itself.
    private func parents(_ findings: [AlertFinding]) -> [Int: Int] {
        let rules = findings.map { AlertRule(rawValue: $0.rule) }
        let distances = Dictionary(
            Set(findings.map(\.subject)).map { ($0, self.graph.distances(from: $0)) },
            uniquingKeysWith: { first, _ in first }
        )
        var parents: [Int: Int] = [:]
        for (effect, finding) in findings.enumerated() {
            guard let rule = rules[effect] else { continue }
            var best: (distance: Int, order: Int, cause: Int)?
            for (cause, other) in findings.enumerated() where cause != effect {
                guard let earlier = rules[cause], earlier.leads(to: rule),
                    let distance = Self.distance(
                        from: (earlier, other.subject),
                        to: (rule, finding.subject),
                        distances[other.subject] ?? [:]
                    )
                else { continue }
                // Of those equally near the last in the order of causes is the next step back.
                if let known = best, (known.distance, -known.order, known.cause) <= (distance, -earlier.order, cause) {
                    continue
                }
                best = (distance, earlier.order, cause)
            }
            parents[effect] = best?.cause
        }
        return parents
    }

    /// How far a cause is from its effect; `nil` when it cannot be one.
    private static func distance(
        from cause: (rule: AlertRule, subject: String),
        to effect: (rule: AlertRule, subject: String),
        _ distances: [String: Int]
    ) -> Int? {
        switch cause.rule.family {
        // Everything runs on the host; what is nearer counts first.
        case .host: .max
        case .service: cause.subject == effect.subject ? 0 : nil
        case .data, .jobs, .alone: distances[effect.subject]
        }
    }

    private func alert(
        _ root: Int,
        _ members: [Int],
        _ findings: [AlertFinding],
        _ parents: [Int: Int]
    ) -> AlertFinding {
        var alert = findings[root]
        alert.endpoints = Set(alert.endpoints + self.suffering(members.map { findings[$0] })).sorted()
        guard members.count > 1 else { return alert }
        // What suffers is the farthest along the order of causes, then the worst.
        let suffering = members.sorted { left, right in
            let (a, b) = (findings[left], findings[right])
            let (first, second) = (AlertRule(rawValue: a.rule)?.order ?? -1, AlertRule(rawValue: b.rule)?.order ?? -1)
            return (second, a.priority.rawValue, a.key) < (first, b.priority.rawValue, b.key)
        }
        var (path, step) = ([suffering[0]], suffering[0])
        while let parent = parents[step] {
            path.append(parent)
            step = parent
        }
        let endpoint = findings[path[0]].endpoints.first
        alert.summaryRemark = findings[path[0]].summaryRemark
        alert.causeRemarks =
            findings[path[0]].causeRemarks
            + path.dropFirst().flatMap { [findings[$0].summary(for: endpoint)] + findings[$0].causeRemarks }
        alert.consequenceRemarks = suffering.filter { !path.contains($0) }.map { findings[$0].summaryRemark }
        alert.members = [alert.key] + suffering.map { findings[$0].key }.filter { $0 != alert.key }
        let worst = members.map { findings[$0].priority }.min() ?? alert.priority
        alert.holds = members.filter { findings[$0].priority == worst }.map { findings[$0].holds }.min() ?? alert.holds
        alert.priority = worst
        return alert
    }

    /// The endpoints that `findings` are about.
    private func suffering(_ findings: [AlertFinding]) -> [String] { findings.flatMap(\.endpoints) }
}

extension AlertRule {
    /// The place among causes; smaller is earlier.
    var order: Int { Self.orders[self] ?? 0 }

    private static let orders = Dictionary(
        Self.allCases.enumerated().map { ($1, $0) },
        uniquingKeysWith: { first, _ in first }
    )
}
