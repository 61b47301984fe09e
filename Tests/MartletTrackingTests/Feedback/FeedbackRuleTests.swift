import MartletCore
import MartletTracking
import Testing

struct FeedbackRuleTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    private static func click() -> Interaction {
        Interaction(id: "i", at: Self.now, kind: "click", unit: "u", endpoint: "price")
    }

    private static func paid() -> Outcome {
        Outcome(id: "o", at: Self.now, endpoint: "price", requestID: "R", value: 1)
    }

    @Test func `what can be joined to a prediction is taken`() throws {
        try Self.click().validate(now: Self.now)
        try Self.paid().validate(now: Self.now)
        var late = Self.click()
        late.at = EventTime(microseconds: 0)
        try late.validate(now: Self.now)
        late.at = Self.now + .seconds(86_400)
        try late.validate(now: Self.now)
    }

    @Test func `an interaction that cannot be is refused with what to change`() {
        let long = String(repeating: "x", count: 300)
        let late = EventTime(microseconds: Self.now.microseconds + 86_400_000_001)
        let bad: [(String, (inout Interaction) -> Void)] = [
            ("its id has 0 bytes", { $0.id = "" }), ("its endpoint is no name", { $0.endpoint = "a/b" }),
            ("its kind is no name", { $0.kind = "a b" }), ("neither a 'unit' nor", { $0.unit = nil }),
            ("its unit has 300 bytes", { $0.unit = long }), ("its request_id has 0 bytes", { $0.requestID = "" }),
            ("not a finite number", { $0.amount = .infinity }), ("in the future", { $0.at = late }),
        ]
        for (words, change) in bad {
            var interaction = Self.click()
            change(&interaction)
            let error = #expect(throws: TrackingError.self) { try interaction.validate(now: Self.now) }
            #expect(error?.code == .invalidFeedback)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `an outcome that cannot be is refused with what to change`() {
        let bad: [(String, (inout Outcome) -> Void)] = [
            ("neither a 'request_id' nor", { $0.requestID = nil }), ("not a finite number", { $0.value = .nan }),
            ("its entity has 0 bytes", { $0.entity = "" }),
            ("its id has 270 bytes", { $0.id = String(repeating: "가", count: 90) }),
        ]
        for (words, change) in bad {
            var outcome = Self.paid()
            change(&outcome)
            let error = #expect(throws: TrackingError.self) { try outcome.validate(now: Self.now) }
            #expect(error?.code == .invalidFeedback)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }
}
