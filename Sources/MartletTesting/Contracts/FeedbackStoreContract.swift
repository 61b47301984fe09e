import MartletCore
package import MartletTracking

/// The rules every `FeedbackStore` keeps.
package enum FeedbackStoreContract {
    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any FeedbackStore) async throws -> [String] {
        var report = ContractReport()
        try await Self.checkInteractions(store, &report)
        try await Self.checkOutcomes(store, &report)
        try await Self.checkConcurrency(store, &report)
        return report.violations
    }

    private static func interaction(
        _ id: String,
        _ kind: String = "click",
        at endpoint: String = "price"
    )
        -> Interaction
    {
        Interaction(id: id, at: EventTime(microseconds: 7), kind: kind, unit: "집 '1'", endpoint: endpoint)
    }

    private static func checkInteractions(_ store: any FeedbackStore, _ report: inout ContractReport) async throws {
        let full = Interaction(
            id: "a",
            at: EventTime(microseconds: -5),
            kind: "contract",
            unit: nil,
            requestID: "R1",
            amount: 1.5,
            endpoint: "price"
        )
        let batch = [full, Self.interaction("b"), Self.interaction("b"), Self.interaction("c", at: "other")]
        let first = try await store.record(batch)
        report.expect(
            first == FeedbackReceipt(acceptedCount: 3, duplicateCount: 1),
            "an id twice in a batch is recorded once"
        )
        var later = Self.interaction("b")
        later.at = EventTime(microseconds: 9)
        let again = try await store.record([full, later])
        report.expect(
            again == FeedbackReceipt(acceptedCount: 0, duplicateCount: 2),
            "an id sent again changes nothing, whatever its time"
        )
        await report.expect(.feedbackConflict, "another content under a known id is refused") {
            _ = try await store.record([Self.interaction("new"), Self.interaction("b", "impression")])
        }
        await report.expect(.feedbackConflict, "two contents under one id in a batch are refused") {
            _ = try await store.record([Self.interaction("d"), Self.interaction("d", "impression")])
        }
        let found = try await store.interactions(at: "price", after: 0, limit: 10)
        report.expect(
            found == [Arrival(sequence: 1, value: full), Arrival(sequence: 2, value: Self.interaction("b"))],
            "interactions are read as they were sent, by endpoint, and a refused batch leaves nothing"
        )
        let page = try await store.interactions(at: "price", after: 1, limit: 1)
        report.expect(page.map(\.sequence) == [2], "reading goes on after a sequence")
        let none = try await store.record([Interaction]())
        report.expect(none == FeedbackReceipt(acceptedCount: 0, duplicateCount: 0), "an empty batch is no fault")
    }

    private static func checkOutcomes(_ store: any FeedbackStore, _ report: inout ContractReport) async throws {
        var outcomes: [Outcome] = []
        for number in 0..<1_200 {
            let isByRequest = number % 2 == 0
            outcomes.append(
                Outcome(
                    id: "o\(number)",
                    at: EventTime(microseconds: Int64(number)),
                    endpoint: "price",
                    requestID: isByRequest ? "R\(number)" : nil,
                    entity: isByRequest ? nil : "E\(number)",
                    value: Double(number) / 3
                )
            )
        }
        let receipt = try await store.record(outcomes)
        report.expect(receipt.acceptedCount == 1_200, "a batch of outcomes is recorded whole")
        let again = try await store.record(outcomes)
        report.expect(again.duplicateCount == 1_200, "a batch sent again changes nothing")
        var read: [Arrival<Outcome>] = []
        while true {
            let page = try await store.outcomes(at: "price", after: read.last?.sequence ?? 0, limit: 500)
            if page.isEmpty { break }
            read += page
        }
        report.expect(read.map(\.value) == outcomes, "outcomes are read page by page as they were sent")
        var other = outcomes[3]
        other.value += 1
        await report.expect(.feedbackConflict, "another value under a known id is refused") {
            _ = try await store.record([other])
        }
    }

    private static func checkConcurrency(_ store: any FeedbackStore, _ report: inout ContractReport) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<10 {
                        _ = try await store.record([Self.interaction("w\(number)-\(writer % 4)", at: "busy")])
                    }
                }
            }
            try await group.waitForAll()
        }
        let found = try await store.interactions(at: "busy", after: 0, limit: 1_000)
        report.expect(found.count == 40, "writers at once with the same ids record each once")
        let sequences = found.map(\.sequence)
        report.expect(
            sequences == Array(sequences.prefix(1).flatMap { $0..<($0 + 40) }),
            "sequences have no gaps"
        )
    }
}
