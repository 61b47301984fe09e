import Foundation
import MartletCore
import MartletIngest
import MartletJobs
import Testing

@testable import martlet

/// The parts of a simulation that need no engine.
struct SimulationPartsTests {
    private static let moment = EventTime(microseconds: 1_772_409_600_000_000)  // 2026-03-02T00:00:00Z, a Monday

    @Test func `troubles are read, and what is wrong with them is said`() throws {
        let list = try SimulatedTrouble.list("source-failure@3,drift@5, bad-release@6,late-labels", days: 10)
        #expect(list == [.sourceFailure(day: 3), .drift(day: 5), .badRelease(day: 6), .lateLabels])
        #expect(try SimulatedTrouble.list("", days: 10) == [])
        for (text, words) in [
            ("drifd@2", "Did you mean 'drift'?"), ("drift", "such as drift@1"), ("drift@11", "a day from 1 to 10"),
            ("late-labels@2", "is no trouble"), ("drift@", "such as drift@1"),
        ] {
            let error = #expect(throws: CommandError.self) { try SimulatedTrouble.list(text, days: 10) }
            #expect(error?.message.contains(words) ?? false, "\(text): \(error?.message ?? "")")
            #expect(error?.status == .invalid)
        }
    }

    @Test func `days begin at midnight of their zone, also when clocks change`() throws {
        let seoul = SimulatedCalendar(try #require(TimeZone(identifier: "Asia/Seoul")))
        #expect(seoul.text(Self.moment) == "Mon 2026-03-02 09:00")
        #expect(seoul.midnight(of: Self.moment) == Self.moment - .seconds(9 * 3_600))
        let berlin = SimulatedCalendar(try #require(TimeZone(identifier: "Europe/Berlin")))
        let change = try #require(EventTime(iso8601: "2026-03-28T23:00:00Z"))
        #expect(berlin.midnight(1, after: change) == change + .seconds(23 * 3_600))
        let sunday = try #require(EventTime(iso8601: "2026-03-08"))
        let utc = SimulatedCalendar(.gmt)
        #expect(utc.monday(before: sunday) == Self.moment)
        #expect(utc.monday(before: Self.moment) == Self.moment)
        #expect(utc.isWeekend(sunday) && !utc.isWeekend(Self.moment))
    }

    @Test func `the time of a simulation stands still, never goes back, and draws equal latencies from equal seeds`() {
        let (time, other) = (SteppedTime(Self.moment, seed: 1), SteppedTime(Self.moment, seed: 1))
        time.move(to: Self.moment + .days(1))
        time.move(to: Self.moment)
        #expect(time.now == Self.moment + .days(1))
        let latencies = (0..<20).map { _ in time.uptimeMicroseconds() }
        #expect(latencies == (0..<20).map { _ in other.uptimeMicroseconds() })
        #expect(zip(latencies, latencies.dropFirst()).allSatisfy { $0 < $1 })
        let clock = WorkspaceClock(time)
        #expect(clock.isFast && clock.isStepped && clock.pace == 1 && clock.now == time.now)
    }

    @Test func `equal seeds give equal identifiers`() {
        let (one, two) = (IdentifierSource(seed: 4), IdentifierSource(seed: 4))
        let names = (0..<5).map { _ in one.next("r") }
        #expect(names == (0..<5).map { _ in two.next("r") })
        #expect(Set(names).count == 5 && names.allSatisfy { $0.hasPrefix("r") && $0.count == 11 })
    }

    @Test func `records keep their bytes, and their days are found in every encoding`() throws {
        let codePage949 = String.Encoding(rawValue: 0x8000_0422)
        let text = "\"계약일\",\"메모\"\r\n\"20260301\",\"한 줄,\n두 줄\"\r\n\"2026-03-02\",\"가\"\r\n\"\",\"나\""
        let data = try #require(text.data(using: codePage949))
        let format = CSVFormat(delimiter: ",", hasHeader: true, encoding: .cp949)
        let records = try DatedRecords(data, format, column: "계약일", source: "sales")
        #expect(records.records.count == 3)
        #expect(records.days.map { $0?.day } == ["2026-03-01", "2026-03-02", nil])
        var joined = records.header
        for record in records.records { joined.append(record) }
        #expect(joined == data + Data([10]))
        let error = #expect(throws: CommandError.self) {
            try DatedRecords(data, format, column: "계약", source: "sales")
        }
        #expect(error?.message.contains("Did you mean '계약일'?") ?? false)
    }

    @Test func `visitors come by day, all of them in 24 hours, and go on the likelier the nearer the answer is`() {
        #expect(abs((0..<24).map(VisitorPlan.share(ofHour:)).reduce(0, +) - 1) < 1e-12)
        #expect(VisitorPlan.share(ofHour: 20) > 4 * VisitorPlan.share(ofHour: 4))
        let step = BehaviourStep(kind: "click", steepness: 2, after: .seconds(60))
        #expect(step.probability(off: 0) == 1)
        #expect(step.probability(off: 0.1) > step.probability(off: 0.2))
    }

    @Test func `a pipeline is simulated by its clocks alone, one step after the other`() throws {
        let schedule = Trigger.interval(.seconds(60))
        let pipeline = Pipeline(name: "p", triggers: [schedule, .http(key: SecretText("k"))], parallel: 4, steps: [])
        #expect(pipeline.simulated.triggers == [schedule])
        #expect(pipeline.simulated.parallel == 1)
    }

    @Test func `strict keys of a plan name what is wrong`() throws {
        try MartletProcess.withFolder { folder in
            #expect(try MartletProcess.run(["new", "workspace", folder.path, "--template", "apartments"]).status == 0)
            let file = folder.appending(path: "simulations/ten_days.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            for (old, new, words) in [
                ("release: price-rollout", "release: price-rolout", "Did you mean 'price-rollout'?"),
                ("date: sold_on", "date: sold_no", "Did you mean 'sold_on'?"),
                ("at: \"10:15\"", "at: \"25:15\"", "'25:15' is no time of day"),
                ("per_day: 3000", "per_dya: 3000", "Did you mean 'per_day'?"),
                ("timezone: Asia/Seoul", "timezone: Asia/Seol", "Did you mean 'Asia/Seoul'?"),
            ] {
                try Data(text.replacing(old, with: new).utf8).write(to: file)
                let check = try MartletProcess.run(["check"], in: folder)
                #expect(check.status == 2)
                #expect(check.errors.contains("simulations/ten_days.yaml") && check.errors.contains(words))
            }
        }
    }
}
