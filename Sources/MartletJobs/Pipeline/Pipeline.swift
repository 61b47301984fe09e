package import MartletCore

/// What happens when a job is to start while another of the pipeline goes on.
package enum ConcurrencyRule: String, DocumentWord, Codable, Sendable {
    /// The new one waits.
    case queue
    /// The new one is left out.
    case skip
    /// The old one is cancelled.
    case replace
}

/// What happens to moments that passed while nothing ran.
package enum CatchUpRule: String, DocumentWord, Codable, Sendable {
    /// All of them together start one job.
    case once
    /// They are left out.
    case none
}

/// What `pipelines/*.yaml` says: steps, and what starts them.
package struct Pipeline: Sendable, Hashable {
    package var name: String
    package var description: String?
    package var triggers: [Trigger]
    package var concurrency: ConcurrencyRule
    package var catchUp: CatchUpRule
    /// The most steps of one job that run at a time.
    package var parallel: Int
    /// How often a step may be interrupted by the end of its process before it counts as failed.
    package var interruptions: Int
    package var steps: [StepPlan]
    /// Where names of steps stand, for checks that need other files.
    package var stepLocations: [String: SourceLocation]

    /// Holds a pipeline.
    package init(
        name: String,
        description: String? = nil,
        triggers: [Trigger] = [],
        concurrency: ConcurrencyRule = .queue,
        catchUp: CatchUpRule = .once,
        parallel: Int = 2,
        interruptions: Int = 20,
        steps: [StepPlan],
        stepLocations: [String: SourceLocation] = [:]
    ) {
        self.name = name
        self.description = description
        self.triggers = triggers
        self.concurrency = concurrency
        self.catchUp = catchUp
        self.parallel = parallel
        self.interruptions = interruptions
        self.steps = steps
        self.stepLocations = stepLocations
    }

    /// What jobs keep of it, so that a change of the file leaves running jobs as they are.
    package var plan: JobPlan {
        JobPlan(steps: self.steps, parallel: self.parallel, interruptions: self.interruptions)
    }

    /// The first tick of any of its clocks after `moment`.
    package func nextTick(after moment: EventTime) -> EventTime? {
        self.triggers.compactMap { $0.schedule?.next(after: moment) }.min()
    }
}

/// The part of a pipeline that a job carries out.
package struct JobPlan: Sendable, Hashable, Codable {
    package var steps: [StepPlan]
    package var parallel: Int
    package var interruptions: Int

    /// Holds the part.
    package init(steps: [StepPlan], parallel: Int = 2, interruptions: Int = 20) {
        self.steps = steps
        self.parallel = parallel
        self.interruptions = interruptions
    }
}

extension Pipeline: DocumentObject {
    package init(from reader: ObjectReader) {
        let entries = reader.required(
            "steps",
            [StepEntry].self,
            "What is done, in order unless 'needs' says otherwise."
        )
        self.init(
            name: reader.required("name", String.self, "The name of the pipeline."),
            description: reader.optional("description", String.self, "What it is for."),
            triggers: reader.value("triggers", default: [], "What starts it beside `martlet jobs run`."),
            concurrency: reader.value(
                "concurrency",
                default: ConcurrencyRule.queue,
                "What happens when a job is to start while another of the pipeline goes on.",
                documentedDefault: "queue"
            ),
            catchUp: reader.value(
                "catch_up",
                default: CatchUpRule.once,
                "What happens to moments that passed while nothing ran.",
                documentedDefault: "once"
            ),
            parallel: reader.value(
                "parallel",
                default: 2,
                "The most steps of one job that run at a time, 1 to 64.",
                documentedDefault: 2
            ),
            interruptions: reader.value(
                "interruptions",
                default: 20,
                "How often a step may be interrupted by the end of its process before it counts as failed.",
                documentedDefault: 20
            ),
            steps: Self.plans(of: entries),
            stepLocations: Dictionary(entries.map { ($0.name.value, $0.location) }) { first, _ in first }
        )
        self.check(entries, reader)
    }

    private static func plans(of entries: [StepEntry]) -> [StepPlan] {
        entries.enumerated()
            .map { position, entry in
                StepPlan(
                    name: entry.name.value,
                    needs: entry.needs?.names ?? (position == 0 ? [] : [entries[position - 1].name.value]),
                    work: entry.work ?? .command([]),
                    retries: entry.retries,
                    timeout: entry.timeout
                )
            }
    }

    private func check(_ entries: [StepEntry], _ reader: ObjectReader) {
        let isNamed =
            !self.name.isEmpty && self.name.utf8.count <= 64
            && self.name.utf8.allSatisfy { Self.nameBytes.contains($0) }
        if !isNamed, reader.has("name") {
            reader.report(
                .documentInvalidValue,
                "a pipeline's name has 1 to 64 of a-z, A-Z, 0-9, '_', '-' and '.'",
                at: "name"
            )
        }
        if self.steps.isEmpty, reader.has("steps") {
            reader.report(.documentInvalidValue, "the pipeline has no steps; write at least one", at: "steps")
        }
        if self.steps.count > 200 {
            reader.report(.documentInvalidValue, "the pipeline has more than 200 steps; split it", at: "steps")
        }
        if !(1...64).contains(self.parallel) {
            reader.report(.documentInvalidValue, "parallel is \(self.parallel); it must be 1 to 64", at: "parallel")
        }
        if !(0...1_000_000).contains(self.interruptions) {
            reader.report(.documentInvalidValue, "interruptions must be 0 to 1000000", at: "interruptions")
        }
        let names = self.steps.map(\.name)
        for name in Set(names).sorted() where names.count(where: { $0 == name }) > 1 {
            reader.report(.documentDuplicateKey, "two steps are named '\(name)'; rename one", at: "steps")
        }
        for step in self.steps {
            for need in step.needs where !names.contains(need) {
                reader.report(
                    .documentInvalidValue,
                    "step '\(step.name)' needs '\(need)', which the pipeline does not have."
                        + NearestName.suggestion(need, among: names),
                    at: "steps"
                )
            }
        }
        if let cycle = self.cycle {
            let names = cycle.map { "'\($0)'" }.joined(separator: ", ")
            reader.report(
                .documentInvalidValue,
                cycle.count == 1
                    ? "the step \(names) waits for itself; remove it from its 'needs'"
                    : "the steps \(names) wait for each other; remove one 'needs'",
                at: "steps"
            )
        }
        let identities = self.triggers.map(\.identity)
        for trigger in self.triggers where identities.count(where: { $0 == trigger.identity }) > 1 {
            reader.report(
                .documentDuplicateKey,
                "the same \(trigger.kind) trigger stands twice; keep one",
                at: "triggers"
            )
            break
        }
    }

    /// Letters, digits and what else names may hold, as in addresses.
    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.".utf8)

    /// The steps that can never start because they wait for each other; `nil` when there are none.
    private var cycle: [String]? {
        let names = Set(self.steps.map(\.name))
        var done: Set<String> = []
        var left = self.steps
        while true {
            let ready = left.filter { $0.needs.allSatisfy { done.contains($0) || !names.contains($0) } }
            if ready.isEmpty { break }
            done.formUnion(ready.map(\.name))
            left.removeAll { done.contains($0.name) }
        }
        // A step that only follows one of them waits too, but is not at fault.
        var isShorter = true
        while isShorter {
            let needed = Set(left.flatMap(\.needs))
            let kept = left.filter { needed.contains($0.name) }
            isShorter = kept.count < left.count
            left = kept
        }
        return left.isEmpty ? nil : left.map(\.name)
    }
}
