import MartletCore
import MartletTracking

/// The latest metrics of a run, with those of the parts of the data side by side.
struct MetricTable: Sendable {
    /// A part of the data that a metric was measured on.
    enum Part: Int, Sendable, CaseIterable {
        case training
        case validation
        case test

        static let names: [Part: [String]] = [
            .training: ["training", "train"], .validation: ["validation", "valid", "val", "eval"], .test: ["test"],
        ]
    }

    /// The part in a metric's name and what is left without it, such as test and `mae` of `test_mae`.
    static func part(of name: String) -> (part: Part, rest: String)? {
        let separators: Set<Character> = ["_", "-", "/", ".", " "]
        for part in Part.allCases {
            for word in Part.names[part] ?? [] where name.count > word.count + 1 {
                if name.hasPrefix(word), let mark = name.dropFirst(word.count).first, separators.contains(mark) {
                    return (part, String(name.dropFirst(word.count + 1)))
                }
                if name.hasSuffix(word), let mark = name.dropLast(word.count).last, separators.contains(mark) {
                    return (part, String(name.dropLast(word.count + 1)))
                }
            }
        }
        return nil
    }

    private let metrics: [String: Metric]

    /// Arranges `metrics`.
    init(_ metrics: [String: Metric]) { self.metrics = metrics }

    /// The table for a template: heads, rows with a cell for each part, and the rest.
    func view(_ words: Words) -> View {
        var byRest: [String: [Part: Metric]] = [:]
        var others: [Metric] = []
        for metric in self.metrics.values {
            if let (part, rest) = Self.part(of: metric.key), !rest.contains("/") {
                byRest[rest, default: [:]][part] = metric
            } else {
                others.append(metric)
            }
        }
        let alone = byRest.filter { rest, parts in parts.count == 1 && !Self.isBound(rest) }
        if byRest.count - alone.count == 0 {
            for parts in byRest.values { others += parts.values }
            byRest = [:]
        }
        let parts = Part.allCases.filter { part in byRest.values.contains { $0[part] != nil } }
        let rows = byRest.keys.filter { !Self.isBound($0) || byRest[Self.base($0)] == nil }.sorted()
            .map { rest -> View in self.row(rest, byRest, parts) }
        let decimalsOfOthers = others.sorted { $0.key < $1.key }
            .map { metric -> View in
                ["metricName": metric.key, "metricText": Figures.number(metric.value), "hint": String(metric.value)]
            }
        return [
            "hasParts": !rows.isEmpty, "partHeads": parts.map { words["part.\($0)"] }, "partRows": rows,
            "hasOthers": !decimalsOfOthers.isEmpty, "others": decimalsOfOthers,
        ]
    }

    private func row(_ rest: String, _ byRest: [String: [Part: Metric]], _ parts: [Part]) -> View {
        let values = byRest[rest] ?? [:]
        let decimals = Figures.decimals(for: values.values.map(\.value))
        return [
            "metricName": rest,
            "partCells": parts.map { part -> View in
                guard let metric = values[part] else { return ["partText": ""] }
                var cell: View = [
                    "partText": Figures.number(metric.value, decimals: decimals), "hint": String(metric.value),
                ]
                if let lower = byRest[rest + "_lower"]?[part], let upper = byRest[rest + "_upper"]?[part] {
                    cell["interval"] =
                        "\(Figures.number(lower.value, decimals: decimals)) – "
                        + Figures.number(upper.value, decimals: decimals)
                }
                return cell
            },
        ]
    }

    private static func isBound(_ rest: String) -> Bool { rest.hasSuffix("_lower") || rest.hasSuffix("_upper") }

    private static func base(_ rest: String) -> String { String(rest.dropLast(6)) }
}
