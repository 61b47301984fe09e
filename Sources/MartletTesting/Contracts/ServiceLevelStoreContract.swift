import MartletCore
package import MartletMonitoring

/// The rules every `ServiceLevelStore` keeps.
package enum ServiceLevelStoreContract {
    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any ServiceLevelStore) async throws -> [String] {
        var report = ContractReport()
        try await Self.counts(store, &report)
        try await Self.attempts(store, &report)
        try await Self.readings(store, &report)
        try await Self.history(store, &report)
        return report.violations
    }

    private static func minute(
        _ minute: Int64,
        _ requests: Int,
        _ faults: Int,
        _ endpoint: String = "집"
    ) -> ServiceMinute {
        ServiceMinute(
            endpoint: endpoint,
            minute: minute,
            requestCount: requests,
            faultCount: faults,
            lateCount: 2,
            slowCount: 1
        )
    }

    private static func counts(_ store: any ServiceLevelStore, _ report: inout ContractReport) async throws {
        try await store.add([])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    try await store.add([Self.minute(10, 5, 1), Self.minute(11, 1, 0), Self.minute(10, 5, 1)])
                }
            }
            try await tasks.waitForAll()
        }
        try await store.add([Self.minute(12, 7, 7, "other")])
        let minutes = try await store.minutes(from: 10, to: 12)
        report.expect(
            minutes.map(\.requestCount) == [80, 8] && minutes.map(\.faultCount) == [16, 0]
                && minutes.map(\.lateCount) == [32, 16] && minutes.map(\.slowCount) == [16, 8],
            "counts of one minute are summed: \(minutes)"
        )
        let sums = try await store.sums(since: [12, 10, 11], to: 13)
        report.expect(sums.keys.sorted() == ["other", "집"], "every endpoint has sums")
        report.expect(sums["집"]?.map(\.requestCount) == [0, 88, 8], "a sum begins with its minute")
        report.expect(sums["other"]?.map(\.faultCount) == [7, 7, 7], "a sum ends before its last minute")
        let none = try await store.sums(since: [], to: 13)
        report.expect(none.isEmpty, "no window has no sums")
    }

    private static func history(_ store: any ServiceLevelStore, _ report: inout ContractReport) async throws {
        func use(_ disk: Double?, _ memory: Double?) -> HostUse {
            var use = HostUse()
            (use.disk, use.memory, use.files) = (disk, memory, 0.25)
            return use
        }
        let first: Int64 = 1_000_000
        for (minute, disk, memory) in [
            (first, 0.5, nil), (first, 0.75, 0.5), (first, 0.25, nil), (first + 2, nil, 0.125),
        ]
            as [(Int64, Double?, Double?)]
        {
            try await store.note(HostMinute(minute: minute, use: use(disk, memory)))
        }
        let kept = try await store.hostMinutes(from: first, to: first + 3)
        let most = [
            HostMinute(minute: first, use: use(0.75, 0.5)), HostMinute(minute: first + 2, use: use(nil, 0.125)),
        ]
        report.expect(kept == most, "of one minute the most stays: \(kept)")
        let before = try await store.hostMinutes(from: first + 1, to: first + 2)
        report.expect(before.isEmpty, "minutes before the first and from the last on are left out")
        func at(_ seconds: Int64) -> EventTime { EventTime(microseconds: (first * 60 + seconds) * 1_000_000) }
        func span(_ variant: String, _ begin: Int64, _ seen: Int64) -> OutageSpan {
            OutageSpan(endpoint: "집", variant: variant, reason: "too slow", at: at(begin), seenAt: at(seen))
        }
        try await store.note([span("green", 10, 20), span("blue", 30, 31)])
        try await store.note([span("green", 10, 60)])
        try await store.note([span("green", 10, 40), span("green", 100, 100)])
        let all = try await store.outages(from: at(0), to: at(200))
        report.expect(
            all == [span("green", 10, 60), span("blue", 30, 31), span("green", 100, 100)],
            "an outage grows, and another of the same variant is another: \(all)"
        )
        let some = try await store.outages(from: at(50), to: at(100))
        report.expect(some == [span("green", 10, 60)], "outages that touch a time are found")
        try await store.forget(before: at(70))
        let rest = try await store.outages(from: at(0), to: at(200))
        let hosts = try await store.hostMinutes(from: 0, to: first + 10)
        report.expect(
            rest == [span("green", 100, 100)] && hosts.map(\.minute) == [first + 2],
            "old history is forgotten"
        )
    }

    private static func attempts(_ store: any ServiceLevelStore, _ report: inout ContractReport) async throws {
        func at(_ seconds: Int64) -> EventTime { EventTime(microseconds: seconds * 1_000_000) }
        let fresh = DataAttempt(subject: "source:sales", at: at(100), outcome: .fresh, rowCount: 5, quarantinedCount: 2)
        let failed = DataAttempt(
            subject: "source:sales",
            at: at(200),
            outcome: .failed,
            reason: "it's \"gone\"",
            schemaChanges: ["+ 가격"]
        )
        let reason = Remark("ingest.noValue", "\("mean_within(가격)"): the batch has no value")
        let training = DataAttempt(
            subject: "recipe:rent",
            at: at(150),
            outcome: .refused,
            reason: reason,
            seconds: 12.5
        )
        for attempt in [fresh, training, failed, failed] { try await store.note(attempt) }
        let all = try await store.attempts(from: at(100), to: at(201))
        report.expect(all == [fresh, training, failed], "a try is kept once, the oldest first: \(all)")
        let some = try await store.attempts(from: at(101), to: at(200))
        report.expect(some == [training], "the last moment of a window does not belong to it")
        let standings = try await store.standings()
        report.expect(
            standings["source:sales"] == DataStanding(last: failed, freshAt: at(100), succeededAt: at(100)),
            "a failure leaves the last success: \(standings)"
        )
        try await store.note(DataAttempt(subject: "source:sales", at: at(300), outcome: .nothingNew))
        let later = try await store.standings()["source:sales"]
        report.expect(
            later?.freshAt == at(100) && later?.succeededAt == at(300) && later?.last.outcome == .nothingNew,
            "a success without rows leaves the last fresh one"
        )
        try await store.forget(before: at(60 * 12))
        let left = try await store.attempts(from: at(0), to: at(1_000))
        let kept = try await store.standings()
        let minutes = try await store.minutes(from: 0, to: 100)
        report.expect(left.isEmpty && kept.count == 2, "old tries go, the last at each thing stay")
        report.expect(minutes.map(\.minute) == [12], "old minutes go")
    }

    private static func readings(_ store: any ServiceLevelStore, _ report: inout ContractReport) async throws {
        let moment = EventTime(microseconds: 5)
        let first = LevelReading(.errorGrowth, of: "endpoint:rent", 0.25, at: moment)
        let other = LevelReading(.estimatedGrowth, of: "endpoint:rent", -0.5, at: moment)
        try await store.put([first, other])
        let newer = LevelReading(.errorGrowth, of: "endpoint:rent", 1.0 / 3, at: EventTime(microseconds: 6))
        try await store.put([newer])
        let read = try await store.readings()
        report.expect(read == [newer, other], "a reading replaces the one before: \(read)")
    }
}
