import MartletCore
package import MartletMonitoring
package import MartletTracking

/// The rules every `AlertStore` keeps.
package enum AlertStoreContract {
    private static func at(_ seconds: Int64) -> EventTime {
        EventTime(microseconds: 1_700_000_000_000_000) + .seconds(seconds)
    }

    private static func finding(_ rule: AlertRule, _ subject: String) -> AlertFinding {
        AlertFinding(
            rule,
            about: subject,
            summary: Remark("alert.about", "집 \"\(subject)\" is wrong"),
            causes: ["it's old"]
        )
    }

    /// Returns the rules that the empty `store` broke; `ledger` lies in the same database.
    package static func violations(of store: any AlertStore, ledger: any LedgerStore) async throws -> [String] {
        var report = ContractReport()
        let timing = AlertTiming()
        let ada = Attribution(by: "ada", at: Self.at(10), reason: "looking")
        let variant = Self.finding(.variantOut, "endpoint:rent")
        let quiet = try await store.step([], timing, at: Self.at(0))
        report.expect(quiet.isEmpty, "nothing is told of nothing")
        let told = try await store.step([variant, Self.finding(.slow, "endpoint:sale")], timing, at: Self.at(0))
        report.expect(
            told.map(\.kind) == [.fired] && told.first?.alert.key == variant.key,
            "what fires is returned once"
        )
        let again = try await store.step([variant], timing, at: Self.at(5))
        report.expect(again.isEmpty, "what was told is not told again")
        let open = try await store.openAlerts()
        report.expect(open.map(\.key) == [variant.key], "what held too shortly is forgotten: \(open.map(\.key))")
        report.expect(
            open.first?.summary == variant.summary && open.first?.causes == ["it's old"],
            "texts are kept whole"
        )
        report.expect(
            open.first?.summaryRemark == variant.summaryRemark && open.first?.causeRemarks == variant.causeRemarks,
            "codes and values are kept beside the texts"
        )
        await report.expect(.alertNotFound, "an alert that is not firing cannot be taken on") {
            _ = try await store.acknowledge("Slow/endpoint:sale", ada)
        }
        let id = open.first?.id ?? ""
        let taken = try await store.acknowledge(id, ada)
        report.expect(taken.acknowledgement?.by == "ada", "an alert is taken on by its id")
        let second = try await store.acknowledge(variant.key, Attribution(by: "ben", at: Self.at(11)))
        report.expect(second.acknowledgement?.by == "ada", "the first who took it on stays")
        let over = try await store.step([], timing, at: Self.at(400))
        report.expect(over.map(\.kind) == [.resolved], "an alert is over after the calm")
        let past = try await store.history(limit: 10)
        report.expect(past.map(\.id) == [id] && past.first?.phase == .resolved, "what is over stays in the history")
        let named = try await store.alert(variant.key)
        report.expect(named.id == id, "an alert that is over is found by its key")
        await report.expect(.alertNotFound, "an unknown alert is not found") { _ = try await store.alert("Slo/x") }
        let actions = try await ledger.newestEntries(of: "alert:\(variant.key)", limit: 10).map(\.action)
        report.expect(
            actions == ["alert.resolved", "alert.acknowledged", "alert.fired"],
            "the ledger has what was told: \(actions)"
        )
        try await Self.silences(store, &report)
        return report.violations
    }

    private static func silences(_ store: any AlertStore, _ report: inout ContractReport) async throws {
        let variant = Self.finding(.variantOut, "endpoint:rent")
        let silence = try AlertSilence(
            pattern: "endpoint:rent",
            span: "2h",
            by: "ada",
            reason: "planned",
            at: Self.at(500)
        )
        try await store.add(silence, at: Self.at(500))
        let held = try await store.silences(at: Self.at(501))
        report.expect(held == [silence], "a silence is read as it was added")
        let told = try await store.step([variant], AlertTiming(), at: Self.at(510))
        report.expect(told.isEmpty, "nobody is told of what is silenced")
        let ben = Attribution(by: "ben", at: Self.at(600))
        let lifted = try await store.lift(silence.id, ben)
        report.expect(lifted.until == ben.at, "a lifted silence ends at once")
        let left = try await store.silences(at: Self.at(601))
        report.expect(left.isEmpty, "a lifted silence holds no more")
        await report.expect(.alertSilenceNotFound, "a silence is lifted once") {
            _ = try await store.lift(silence.id, ben)
        }
        let after = try await store.step([variant], AlertTiming(), at: Self.at(610))
        report.expect(after.map(\.kind) == [.fired], "what is still wrong after a silence is told")
        let known = try await store.alert(variant.key)
        report.expect(known.phase == .firing, "of several of one key the open one is meant")
        _ = try await store.step([], AlertTiming(), at: Self.at(2_000))
    }

    /// Lets `count` callers step with the same findings at the same time; returns how often the alert was told.
    package static func tellings(of store: any AlertStore, by count: Int) async throws -> Int {
        let variant = Self.finding(.variantOut, "endpoint:crowd")
        return try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<count {
                tasks.addTask { try await store.step([variant], AlertTiming(), at: Self.at(5_000)).count }
            }
            return try await tasks.reduce(0, +)
        }
    }
}
