import Foundation
package import MartletCore

/// A condition on a test metric: `mae < 350`, `r2 > 0.80`, `mae < champion`, `mae < champion * 1.02`.
package struct Gate: DocumentValue, Sendable, Hashable, CustomStringConvertible {
    /// How the value must stand to the limit.
    package enum Comparison: String, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .atMost: value <= limit
            case .atLeast: value >= limit
            case .below: value < limit
            case .above: value > limit
            }
        }
    }

    /// What the value is compared with.
    package enum Limit: Sendable, Hashable {
        case number(Double)
        /// The champion's value of the same metric on the same rows, times a factor.
        case champion(factor: Double)
    }

    package let metric: EvaluationMetric
    package let comparison: Comparison
    package let limit: Limit
    package let description: String

    /// Reads `text`.
    ///
    /// - Throws: ``TrainingError`` with code `recipe.invalidGate`, whose message says what is wrong.
    package init(_ text: String) throws(TrainingError) {
        let shape = "a gate is 'metric < number' or 'metric < champion * factor', with <, <=, > or >="
        guard let comparison = Comparison.allCases.first(where: { text.contains($0.rawValue) }),
            let range = text.range(of: comparison.rawValue)
        else {
            throw TrainingError(.recipeInvalidGate, "gate '\(text)' compares nothing; \(shape)")
        }
        let name = text[..<range.lowerBound].trimmingCharacters(in: .whitespaces)
        let right = text[range.upperBound...].trimmingCharacters(in: .whitespaces)
        guard let metric = EvaluationMetric(rawValue: name) else {
            let known = EvaluationMetric.allCases.map(\.rawValue)
            throw TrainingError(
                .recipeInvalidGate,
                "gate '\(text)' asks for the unknown metric '\(name)'; known are \(known.joined(separator: ", "))."
                    + NearestName.suggestion(name, among: known)
            )
        }
        guard let limit = Self.limit(right) else {
            throw TrainingError(
                .recipeInvalidGate,
                "gate '\(text)' compares with '\(right)', which is neither a number nor 'champion'; \(shape)"
            )
        }
        self.metric = metric
        self.comparison = comparison
        self.limit = limit
        self.description = text.trimmingCharacters(in: .whitespaces)
    }

    private init(placeholder: Void) {
        self.metric = .mae
        self.comparison = .below
        self.limit = .number(.infinity)
        self.description = ""
    }

    private static func limit(_ text: String) -> Limit? {
        if let number = Double(text.filter { $0 != "_" }) { return number.isNaN ? nil : .number(number) }
        let parts = text.split(separator: "*", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count <= 2, parts.contains("champion") else { return nil }
        if parts.count == 1 { return .champion(factor: 1) }
        guard let written = parts.first(where: { $0 != "champion" }), let factor = Double(written), factor > 0,
            factor.isFinite
        else { return nil }
        return .champion(factor: factor)
    }

    /// Whether the gate needs the champion's figures.
    package var needsChampion: Bool { if case .champion = self.limit { true } else { false } }

    /// Judges `value`.
    ///
    /// `NaN` never passes. Without a champion a gate against it passes and says so: the first version has no rival.
    package func judge(_ value: Double, champion: Double?) -> GateVerdict {
        switch self.limit {
        case .number(let limit):
            return GateVerdict(gate: self, value: value, limit: limit)
        case .champion(let factor):
            return GateVerdict(gate: self, value: value, limit: champion.map { $0 * factor })
        }
    }

    package static func read(_ document: Document, in context: DocumentContext) -> Gate {
        guard case .scalar(let text, _) = document.content else {
            document.reject("a gate such as 'mae < 350'", in: context)
            return self.placeholder
        }
        do throws(TrainingError) {
            return try Gate(text)
        } catch {
            context.report(.error, error.code, error.message, at: document.location)
            return self.placeholder
        }
    }

    package static var placeholder: Gate { Gate(placeholder: ()) }

    package static var schema: JSONValue {
        let metrics = EvaluationMetric.allCases.map(\.rawValue).joined(separator: "|")
        return .object([
            "type": "string",
            "pattern": .string("^\\s*(\(metrics))\\s*(<|<=|>|>=)\\s*\\S.*$"),
        ])
    }
}
