import MartletCore
package import MartletTracking

/// What a search of runs and experiments finds, on every `TrackingStore`.
///
/// The expected answer is computed from the runs themselves, so every way a store has to find a page is held to it.
package enum RunSearchContract {
    private static let now = EventTime(microseconds: 1_000_000)

    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any TrackingStore) async throws -> [String] {
        var report = ContractReport()
        let experiments = [
            try await store.experiment(orCreate: "first", at: Self.now),
            try await store.experiment(orCreate: "second", at: Self.now),
        ]
        let runs = try await Self.fill(store, experiments.map(\.id))
        for (name, search) in Self.searches(experiments.map(\.id)) {
            let expected = Self.expected(search, runs)
            var found: [RunID] = []
            var offset: Int? = 0
            while let start = offset {
                var page = search
                page.offset = start
                let answer = try await store.search(page)
                found += answer.runs.map(\.id)
                offset = answer.nextOffset
                if answer.runs.isEmpty { break }
            }
            report.expect(found == expected, "the search '\(name)' finds \(expected.count) runs in order")
        }
        try await Self.checkTexts(store, experiments[0].id, &report)
        try await Self.checkExperiments(store, &report)
        return report.violations
    }

    /// 60 runs with a metric that some lack and some have as NaN, ties, and two params.
    private static func fill(
        _ store: any TrackingStore,
        _ experiments: [String]
    ) async throws
        -> [Run]
    {
        var generator = SplitMix64(seed: 7)
        var runs: [Run] = []
        for index in 0..<60 {
            let id = RunID(using: &generator)
            let start = EventTime(microseconds: Int64(index / 3) * 1_000_000)
            _ = try await store.createRun(
                NewRun(
                    id: id,
                    experimentID: experiments[index % 5 == 0 ? 1 : 0],
                    name: "run \(index)",
                    user: index % 2 == 0 ? "ada" : "bob",
                    startedAt: start,
                    tags: index % 4 == 0 ? ["team": "a"] : [:]
                )
            )
            var batch = RunBatch(parameters: ["kind": ["a", "b", "c"][index % 3]])
            switch index % 6 {
            case 0: break
            case 1: batch.metrics = [Metric("mae", .nan, at: start)]
            case 2: batch.metrics = [Metric("mae", -.infinity, at: start)]
            default: batch.metrics = [Metric("mae", Double(index % 7) / 10, at: start)]
            }
            batch.metrics.append(Metric("r2", Double(index % 4), at: start))
            try await store.log(batch, to: id)
            if index % 10 == 9 {
                _ = try await store.updateRun(id, RunUpdate(status: .finished, endedAt: start))
            }
            if let run = try await store.run(id) { runs.append(run) }
        }
        return runs
    }

    private static func searches(_ experiments: [String]) -> [(String, RunSearch)] {
        let mae = RunField.metric("mae")
        let orders: [(String, [RunOrder])] = [
            ("by start", []), ("by start upwards", [RunOrder(.startedAt)]),
            ("by metric", [RunOrder(mae)]), ("by metric downwards", [RunOrder(mae, ascending: false)]),
            ("by param and metric", [RunOrder(.parameter("kind")), RunOrder(mae, ascending: false)]),
            (
                "by metric and param",
                [RunOrder(.metric("r2")), RunOrder(.parameter("kind"), ascending: false)]
            ),
            ("by tag", [RunOrder(.tag("team"))]), ("by end", [RunOrder(.endedAt)]),
            ("by name", [RunOrder(.name)]),
        ]
        let conditions: [(String, [RunCondition])] = [
            ("all", []), ("metric less", [.number(mae, .less, 0.4)]),
            ("metric not", [.number(mae, .notEqual, 0.3)]),
            ("metric equal", [.number(mae, .equal, 0.3), .number(.metric("r2"), .greaterOrEqual, 1)]),
            ("param", [.text(.parameter("kind"), .equal, "b")]),
            (
                "param and metric",
                [.text(.parameter("kind"), .notEqual, "b"), .number(mae, .greater, 0.1)]
            ),
            ("tag", [.text(.tag("team"), .like, "_")]), ("no metric", [.missing(mae)]),
            ("metric", [.exists(mae)]),
            ("status", [.text(.status, .equal, "FINISHED")]),
            ("time", [.time(.startedAt, .less, EventTime(microseconds: 5_000_000))]),
        ]
        var searches: [(String, RunSearch)] = []
        for (order, keys) in orders {
            for (condition, terms) in conditions {
                for ids in [nil, [experiments[0]], experiments] {
                    var search = RunSearch(experimentIDs: ids, conditions: terms, order: keys)
                    search.limit = 7
                    searches.append(("\(condition) \(order) in \(ids?.count ?? 0)", search))
                }
            }
        }
        return searches
    }

    private static func expected(_ search: RunSearch, _ runs: [Run]) -> [RunID] {
        runs.filter { run in
            (search.experimentIDs?.contains(run.experimentID) ?? true)
                && search.conditions.allSatisfy { Self.meets(run, $0) }
        }
        .sorted { Self.comesFirst($0, $1, search.order) }
        .map(\.id)
    }

    private static func meets(_ run: Run, _ condition: RunCondition) -> Bool {
        switch condition {
        case .number(.metric(let key), let comparison, let number):
            guard let value = run.metrics[key]?.value else { return false }
            return switch comparison {
            case .equal: value == number
            case .notEqual: value != number
            case .less: value < number
            case .greater: value > number
            case .greaterOrEqual: value >= number
            default: false
            }
        case .text(.parameter(let key), let comparison, let text):
            return comparison == .equal ? run.parameters[key] == text : run.parameters[key] != text
        case .text(.tag(let key), _, _): return run.tags[key]?.count == 1
        case .text(.status, _, let text): return run.status.rawValue == text
        case .time(_, _, let time): return run.startedAt < time
        case .missing(.metric(let key)): return run.metrics[key] == nil
        case .exists(.metric(let key)): return run.metrics[key] != nil
        default: return false
        }
    }

    private static func comesFirst(_ lhs: Run, _ rhs: Run, _ order: [RunOrder]) -> Bool {
        for key in order {
            let (left, right) = (Self.rank(lhs, key.field), Self.rank(rhs, key.field))
            if left.group != right.group { return left.group < right.group }
            if left.number != right.number { return (left.number < right.number) == key.isAscending }
            if left.text != right.text { return (left.text < right.text) == key.isAscending }
        }
        if !order.contains(where: { $0.field == .startedAt }), lhs.startedAt != rhs.startedAt {
            return lhs.startedAt > rhs.startedAt
        }
        return lhs.id < rhs.id
    }

    /// A value's place: 0 has it, 1 has NaN, 2 lacks it.
    private static func rank(
        _ run: Run,
        _ field: RunField
    ) -> (
        group: Int, number: Double, text: String
    ) {
        switch field {
        case .metric(let key):
            guard let value = run.metrics[key]?.value else { return (2, 0, "") }
            return value.isNaN ? (1, 0, "") : (0, value, "")
        case .parameter(let key): return run.parameters[key].map { (0, 0, $0) } ?? (2, 0, "")
        case .tag(let key): return run.tags[key].map { (0, 0, $0) } ?? (2, 0, "")
        case .startedAt: return (0, Double(run.startedAt.microseconds), "")
        case .endedAt: return run.endedAt.map { (0, Double($0.microseconds), "") } ?? (2, 0, "")
        default: return (0, 0, run.name)
        }
    }

    private static func checkTexts(
        _ store: any TrackingStore,
        _ experiment: String,
        _ report: inout ContractReport
    ) async throws {
        let id = RunID.random()
        _ = try await store.createRun(
            NewRun(id: id, experimentID: experiment, name: "Text", user: "eve", startedAt: Self.now)
        )
        try await store.log(
            RunBatch(parameters: ["path": "a*b[c]%_\\d"], tags: [Run.nameTag: "Named"]),
            to: id
        )
        let data = DatasetInput(
            name: "sales",
            digest: "d",
            sourceType: "file",
            source: "s",
            context: "training",
            tags: ["k": "v"]
        )
        try await store.log(datasets: [data], to: id)
        let run = try await store.run(id)
        report.expect(run?.name == "Named", "the tag of the name names the run")
        report.expect(run?.datasets == [data], "a data set keeps its tags")
        let meeting: [RunCondition] = [
            .text(.parameter("path"), .like, "a*b[c]%d"),
            .text(.parameter("path"), .caseInsensitiveLike, "A*B[c]%D"),
            .text(.name, .like, "Na_ed"), .text(.dataset(.name), .like, "sal%"),
            .anyOf(.dataset(.digest), ["d", "e"]),
            .text(.dataset(.context), .equal, "training"), .noneOf(.id, [RunID.random().description]),
            .text(.artifactURI, .like, "mlflow-artifacts:/\(experiment)/\(id)/%"),
            .text(.user, .notEqual, "ada"),
        ]
        let user = RunCondition.text(.user, .equal, "eve")
        for condition in meeting {
            let found = try await store.search(RunSearch(conditions: [user, condition])).runs.map(\.id)
            report.expect(found == [id], "the run meets \(condition)")
        }
        let failing: [RunCondition] = [
            .text(.parameter("path"), .like, "A%"), .text(.parameter("path"), .like, "a?b%"),
            .text(.name, .like, "na%"),
            .noneOf(.dataset(.digest), ["d"]), .anyOf(.id, []), .missing(.parameter("path")),
            .number(.metric("mae"), .less, 9),
        ]
        for condition in failing {
            let found = try await store.search(RunSearch(conditions: [user, condition])).runs.map(\.id)
            report.expect(found.isEmpty, "the run does not meet \(condition)")
        }
        await report.expect(.invalidTrackingValue, "a text is not compared by order") {
            _ = try await store.search(RunSearch(conditions: [.text(.name, .less, "a")]))
        }
        let points = (0..<100).map { Metric("loss", Double($0), at: Self.now, step: Int64($0)) }
        try await store.log(RunBatch(metrics: points), to: id)
        let sampled = try await store.metricHistory(
            MetricHistorySearch(of: [id], key: "loss", steps: 10...90, pointsPerRun: 5)
        )
        report.expect(
            sampled.map(\.metric.step) == [10, 30, 50, 70, 90],
            "a sample of a history keeps both ends"
        )
        let bounded = try await store.metricHistory(
            MetricHistorySearch(of: [id], key: "loss", limit: 3)
        )
        report.expect(bounded.map(\.metric.step) == [0, 1, 2], "a history of several runs is bounded")
    }

    private static func checkExperiments(
        _ store: any TrackingStore,
        _ report: inout ContractReport
    )
        async throws
    {
        let named = try await store.experiment(id: Experiment.defaultID)
        report.expect(named?.name == "Default", "the default experiment is there from the start")
        let made = try await store.createExperiment(
            named: "Third",
            artifactLocation: "s3://bucket/third",
            tags: ["team": "a"],
            at: EventTime(microseconds: 9)
        )
        let id = RunID.random()
        let run = try await store.createRun(
            NewRun(id: id, experimentID: made.id, name: "r", user: "ada", startedAt: Self.now)
        )
        report.expect(
            run.artifactURI == "s3://bucket/third/\(id)/artifacts",
            "a run of an experiment with a place of its own has its artifacts there"
        )
        func found(
            _ conditions: [ExperimentCondition],
            _ order: [ExperimentOrder] = []
        ) async throws
            -> [String]
        {
            try await store.search(ExperimentSearch(conditions: conditions, order: order)).experiments
                .map(\.name)
        }
        let tagged = try await found([.text(.tag("team"), .equal, "a"), .text(.name, .like, "T%")])
        report.expect(tagged == ["Third"], "tags and names find experiments")
        let early = try await found([.time(.createdAt, .less, EventTime(microseconds: 100))])
        report.expect(early == ["Third"], "times find experiments")
        let ordered = try await found(
            [.text(.name, .caseInsensitiveLike, "%d")],
            [ExperimentOrder(.name, ascending: false)]
        )
        report.expect(ordered == ["second", "Third"], "an order by name downwards")
        try await store.deleteTag("team", ofExperiment: made.id, at: Self.now)
        await report.expect(
            .tagNotFound,
            "a tag that is not there cannot be deleted from an experiment"
        ) {
            try await store.deleteTag("team", ofExperiment: made.id, at: Self.now)
        }
        let alone = RunID.random()
        _ = try await store.createRun(
            NewRun(id: alone, experimentID: made.id, name: "s", user: "ada", startedAt: Self.now)
        )
        try await store.setLifecycle(.deleted, ofRun: alone, at: EventTime(microseconds: 50))
        try await store.setLifecycle(.deleted, ofExperiment: made.id, at: EventTime(microseconds: 60))
        let gone = try await store.run(id)?.lifecycle
        try await store.setLifecycle(.active, ofExperiment: made.id, at: EventTime(microseconds: 70))
        let back = try await store.run(id)?.lifecycle
        let still = try await store.run(alone)?.lifecycle
        report.expect(
            gone == .deleted && back == .active && still == .deleted,
            "an experiment comes back with the runs that were deleted with it, and no others"
        )
    }
}
