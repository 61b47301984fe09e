package import MartletCore
import MartletTracking

/// The rules of a store protocol that an implementation broke.
package struct ContractReport: Sendable {
    /// One sentence for each broken rule; empty when all were kept.
    package private(set) var violations: [String] = []

    /// Starts with no broken rule.
    package init() {}

    /// Notes `rule` as broken unless it holds.
    package mutating func expect(_ holds: Bool, _ rule: String) {
        if !holds { self.violations.append(rule) }
    }

    /// Notes `rule` as broken unless `body` throws an error of `code`.
    package mutating func expect(_ code: ErrorCode, _ rule: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            self.violations.append("\(rule): nothing was thrown")
        } catch let error as TrackingError {
            if error.code != code { self.violations.append("\(rule): \(error.code) was thrown") }
        } catch {
            self.violations.append("\(rule): \(type(of: error)) was thrown")
        }
    }
}
