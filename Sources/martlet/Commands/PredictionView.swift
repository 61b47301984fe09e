import MartletCore
import MartletTracking

/// How an answer is shown: the value, then each feature with its status, age and contribution.
struct PredictionView {
    private let answer: JSONValue

    init(_ answer: JSONValue) { self.answer = answer }

    /// Writes every prediction.
    func show(on terminal: Terminal) {
        let model = self.answer["model"]
        let name = model?["name"]?.text ?? model?.text ?? ""
        let version = (model?["version"] ?? self.answer["model_version"])?.text ?? ""
        for prediction in self.answer["predictions"]?.elements ?? [] {
            let value = prediction["value"]?.double ?? .nan
            let label = prediction["label"]?.text.map { ", label \($0)" } ?? ""
            terminal.line(terminal.output.bold(Quantity.number(value)) + label)
            let table = Self.table(prediction)
            if !table.rows.isEmpty { terminal.show(table, asJSON: false) }
            if let explanation = prediction["explanation"] {
                let base = Quantity.number(explanation["base_value"]?.double ?? .nan)
                let raw = Quantity.number(explanation["raw_score"]?.double ?? .nan)
                terminal.line(terminal.output.dim("base value \(base) and contributions add up to \(raw)"))
            }
        }
        let which = [name, version].filter { !$0.isEmpty }.joined(separator: ":")
        // The only variant of an endpoint is not worth a word.
        let live = ProductionVariant.liveName
        let served = self.answer["variant"]?.text ?? live
        let variant = served == live ? "" : ", variant \(served)"
        terminal.line("model \(which)\(variant), request \(self.answer["request_id"]?.text ?? "")")
        if let id = self.answer["request_id"]?.text {
            terminal.line(terminal.output.dim("way back: martlet trace \(id)"))
        }
    }

    /// The features of one prediction, the greatest contribution first.
    private static func table(_ prediction: JSONValue) -> Table {
        let contributions = prediction["explanation"]?["contributions"]?.elements ?? []
        var byName: [String: Double] = [:]
        for item in contributions {
            if let name = item["feature"]?.text { byName[name] = item["value"]?.double }
        }
        var table = Table([
            .init("feature"), .init("value", nil, .right), .init("status"), .init("age", nil, .right),
            .init("contribution", nil, .right),
        ])
        let features = (prediction["features"]?.elements ?? [])
            .sorted { abs(byName[$0["name"]?.text ?? ""] ?? 0) > abs(byName[$1["name"]?.text ?? ""] ?? 0) }
        for feature in features {
            let name = feature["name"]?.text ?? ""
            let value = feature["value"] ?? .null
            let age = feature["age_seconds"]?.double
            table.add([
                .text(name), .init(value.double.map { Quantity.number($0) } ?? value.text ?? "", json: value),
                .text(feature["status"]?.text), .init(age.map { Quantity.age($0) } ?? "", json: .null),
                .init(byName[name].map { ($0 > 0 ? "+" : "") + Quantity.number($0) } ?? "", json: .null),
            ])
        }
        return table
    }
}

extension JSONValue {
    /// The elements of an array, or `nil`.
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The members of an object, or `nil`.
    var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

    /// The number, or `nil`.
    var double: Double? {
        switch self {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }

    /// The text of a scalar, or `nil` for null, arrays and objects.
    var text: String? {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .boolean(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
