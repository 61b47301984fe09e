import MartletCore
import MartletTracking

/// The columns of the runs table: which there are, which are shown, and what stands in them.
struct RunColumns: Sendable {
    /// One column.
    enum Column: Sendable, Hashable {
        case started
        case duration
        case user
        case dataset
        case metric(String)
        case parameter(String)
        case tag(String)

        /// The column as addresses write it, such as `metrics.test_mae`.
        var key: String {
            switch self {
            case .started: "started"
            case .duration: "duration"
            case .user: "user"
            case .dataset: "dataset"
            case .metric(let name): "metrics." + name
            case .parameter(let name): "params." + name
            case .tag(let name): "tags." + name
            }
        }

        /// Reads ``key``, or `nil`.
        init?(key: String) {
            switch key {
            case "started": self = .started
            case "duration": self = .duration
            case "user": self = .user
            case "dataset": self = .dataset
            default:
                if key.hasPrefix("metrics."), key.count > 8 {
                    self = .metric(String(key.dropFirst(8)))
                } else if key.hasPrefix("params."), key.count > 7 {
                    self = .parameter(String(key.dropFirst(7)))
                } else if key.hasPrefix("tags."), key.count > 5 {
                    self = .tag(String(key.dropFirst(5)))
                } else {
                    return nil
                }
            }
        }

        /// What the store sorts by, or `nil` for a column it does not sort.
        var field: RunField? {
            switch self {
            case .started: .startedAt
            case .user: .user
            case .duration, .dataset: nil
            case .metric(let name): .metric(name)
            case .parameter(let name): .parameter(name)
            case .tag(let name): .tag(name)
            }
        }

        /// The name over the column.
        func title(_ words: Words) -> String {
            switch self {
            case .started, .duration, .user, .dataset: words["column." + self.key]
            case .metric(let name), .parameter(let name), .tag(let name): name
            }
        }
    }

    let shown: [Column]
    /// All that may be chosen, in groups.
    let metrics: [String]
    let parameters: [String]
    let tags: [String]
    /// The params whose values are all numbers.
    private let numericParameters: Set<String>

    /// Shows the `chosen` columns, or what tells `runs` apart best.
    init(_ runs: [Run], chosen: [String]) {
        self.metrics = Set(runs.flatMap(\.metrics.keys)).sorted(by: Self.metricOrder)
        self.parameters = Set(runs.flatMap(\.parameters.keys)).sorted()
        self.tags = Set(runs.flatMap(\.tags.keys)).filter { !Self.isInternal($0) }.sorted()
        self.numericParameters = Set(
            self.parameters.filter { key in
                runs.allSatisfy { run in run.parameters[key].map { Double($0) != nil } ?? true }
            }
        )
        let columns = chosen.compactMap(Column.init(key:))
        self.shown = columns.isEmpty ? Self.proposal(runs, self.metrics, self.parameters) : columns
    }

    private static func proposal(_ runs: [Run], _ metrics: [String], _ parameters: [String]) -> [Column] {
        let telling = metrics.filter { !Self.isAside($0) }
        let coverage = Dictionary(
            uniqueKeysWithValues: parameters.map { key in (key, runs.count { $0.parameters[key] != nil }) }
        )
        let varying = parameters.filter { key in Set(runs.map { $0.parameters[key] }).count > 1 }
            .filter { key in runs.allSatisfy { ($0.parameters[key]?.utf8.count ?? 0) <= 40 } }
            .sorted { (coverage[$1] ?? 0, $0) < (coverage[$0] ?? 0, $1) }
        let chosenMetrics = (telling.isEmpty ? metrics : telling).prefix(4).map(Column.metric)
        return [.started, .duration] + chosenMetrics + varying.prefix(4).map(Column.parameter)
    }

    /// Test metrics first, then validation, then the others, then training.
    private static func metricOrder(_ first: String, _ second: String) -> Bool {
        let ranks = [first, second]
            .map { name -> Int in
                switch MetricTable.part(of: name)?.part {
                case .test: 0
                case .validation: 1
                case nil: 2
                case .training: 3
                }
            }
        return ranks[0] == ranks[1] ? first < second : ranks[0] < ranks[1]
    }

    /// Metrics about the making of a model, or the ends of an interval, which few people compare first.
    private static func isAside(_ name: String) -> Bool {
        name.hasSuffix("_lower") || name.hasSuffix("_upper") || name.hasPrefix("system/") || name.contains("duration")
            || name.hasPrefix("parity") || name.hasPrefix("kept_")
    }

    /// Tags that clients write for themselves.
    static func isInternal(_ tag: String) -> Bool {
        tag.hasPrefix("mlflow.") && tag != "mlflow.source.name" || tag == "martlet.process"
    }
}

extension RunColumns {
    /// The heads of the shown columns; each that the store sorts by links to the sorted list.
    func heads(_ visit: ConsoleVisit, path: String) -> [View] {
        var lastKind = ""
        return self.shown.map { column in
            var head: View = [
                "title": column.title(visit.words), "headClass": self.isNumeric(column) ? "number" : "",
            ]
            let kind = self.kind(column, visit.words)
            if kind != lastKind { head["kind"] = kind }
            lastKind = kind
            guard column.field != nil else { return head }
            let isSorted = visit.query["sort"] == column.key
            let isDescending = visit.query["desc"] != nil
            let isFirstDown = column == .started
            let goesDown = isSorted ? !isDescending : isFirstDown
            head["sortAddress"] = visit.query.setting("sort", column.key).setting("desc", goesDown ? "1" : nil)
                .setting("page", nil).after(path)
            head["sorting"] = isSorted ? (isDescending ? "descending" : "ascending") : "none"
            head["isAscending"] = isSorted && !isDescending
            head["isDescending"] = isSorted && isDescending
            return head
        }
    }

    /// The cells of `runs`, row by row; the numbers of a metric's column have the same decimals.
    func cells(_ runs: [Run], _ visit: ConsoleVisit) -> [[View]] {
        let figures = visit.figures
        var decimals: [Column: Int] = [:]
        for case .metric(let name) in self.shown {
            decimals[.metric(name)] = Figures.decimals(for: runs.compactMap { $0.metrics[name]?.value })
        }
        return runs.map { run in
            self.shown.map { column in
                switch column {
                case .started: ["time": figures.view(run.startedAt)]
                case .duration:
                    ["text": run.durationSeconds.map(figures.duration) ?? "", "cellClass": "number"]
                case .user: ["text": run.user]
                case .dataset: ["text": run.datasets.map { self.label($0) }.joined(separator: ", ")]
                case .metric(let name):
                    if let metric = run.metrics[name] {
                        [
                            "text": Figures.number(metric.value, decimals: decimals[column] ?? 4),
                            "cellClass": "number", "hint": String(metric.value),
                        ]
                    } else {
                        ["text": "", "cellClass": "number"]
                    }
                case .parameter(let name): self.cell(run.parameters[name], column)
                case .tag(let name): self.cell(run.tags[name], column)
                }
            }
        }
    }

    private func label(_ dataset: DatasetInput) -> String {
        dataset.name.count == 64 || dataset.name == dataset.digest
            ? String(dataset.digest.prefix(12)) : "\(dataset.name) \(dataset.digest.prefix(8))"
    }

    private func cell(_ text: String?, _ column: Column) -> View {
        let text = text ?? ""
        return [
            "text": BarChart.shortened(text, to: 40), "hint": text.count > 40 ? text : nil,
            "cellClass": self.isNumeric(column) ? "number" : "",
        ]
    }

    private func isNumeric(_ column: Column) -> Bool {
        switch column {
        case .metric, .duration: true
        case .parameter(let name): self.numericParameters.contains(name)
        default: false
        }
    }

    private func kind(_ column: Column, _ words: Words) -> String {
        switch column {
        case .metric: words["metrics"]
        case .parameter: words["params"]
        case .tag: words["tags"]
        default: ""
        }
    }

    /// The choice of columns as check boxes, in groups.
    func choices(_ words: Words) -> [View] {
        let shown = Set(self.shown)
        func group(_ title: String, _ columns: [Column]) -> View? {
            guard !columns.isEmpty else { return nil }
            return [
                "groupTitle": title,
                "choices": columns.map { column -> View in
                    ["value": column.key, "label": column.title(words), "isChosen": shown.contains(column)]
                },
            ]
        }
        return [
            group(words["facts"], [.started, .duration, .user, .dataset]),
            group(words["metrics"], self.metrics.prefix(200).map(Column.metric)),
            group(words["params"], self.parameters.prefix(200).map(Column.parameter)),
            group(words["tags"], self.tags.prefix(100).map(Column.tag)),
        ]
        .compactMap(\.self)
    }
}
