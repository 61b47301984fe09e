import Foundation
import MartletCore
import MartletJobs
import Testing

struct ScheduleTests {
    private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    private func ticks(_ text: String, _ zone: String, after start: String, _ count: Int) throws -> [String] {
        let schedule = Schedule.cron(try CronExpression(text), try self.zone(zone))
        let start = try #require(EventTime(iso8601: start))
        return schedule.ticks(after: start, through: start + .days(4_000), limit: count).map(\.description)
    }

    @Test func `ticks are those of croniter`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/cron.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 132)
        for line in lines {
            let parts = line.split(separator: "|").map(String.init)
            let schedule = Schedule.cron(try CronExpression(parts[0]), try self.zone(parts[1]))
            var moment = EventTime(microseconds: try #require(Int64(parts[2])) * 1_000_000)
            for expected in parts[3].split(separator: " ") {
                moment = try #require(schedule.next(after: moment))
                #expect(moment.microseconds / 1_000_000 == Int64(expected), "\(line)")
            }
        }
    }

    @Test func `a tick that summer time leaves out comes once, right after the gap`() throws {
        // Berlin, 29 March 2026: 02:00 becomes 03:00, which is 01:00Z.
        #expect(
            try self.ticks("30 2 * * *", "Europe/Berlin", after: "2026-03-28T00:00:00Z", 3)
                == ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        )
        #expect(
            try self.ticks("*/20 2,3 * * *", "Europe/Berlin", after: "2026-03-29T00:00:00Z", 4)
                == ["2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z", "2026-03-30T00:00:00Z"]
        )
    }

    @Test func `an hour that comes twice counts the first time`() throws {
        // Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00Z.
        #expect(
            try self.ticks("30 2 * * *", "Europe/Berlin", after: "2026-10-24T12:00:00Z", 2)
                == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        )
        // New York, 1 November 2026.
        #expect(
            try self.ticks("15 1 * * *", "America/New_York", after: "2026-11-01T00:00:00Z", 2)
                == ["2026-11-01T05:15:00Z", "2026-11-02T06:15:00Z"]
        )
    }

    @Test func `a schedule for every hour follows real time`() throws {
        #expect(
            try self.ticks("0 * * * *", "Europe/Berlin", after: "2026-10-24T23:30:00Z", 4)
                == ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"]
        )
        // Half an hour of summer time: Lord Howe.
        #expect(
            try self.ticks("*/30 * * * *", "Australia/Lord_Howe", after: "2026-04-04T14:00:00Z", 3)
                == ["2026-04-04T14:30:00Z", "2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z"]
        )
    }

    @Test func `two in the morning in Seoul is five in the afternoon of the day before in UTC`() throws {
        #expect(
            try self.ticks("0 2 * * *", "Asia/Seoul", after: "2026-11-21T00:00:00Z", 2)
                == ["2026-11-21T17:00:00Z", "2026-11-22T17:00:00Z"]
        )
    }

    @Test(arguments: [
        ("0 2 * *", "has 4 fields"), ("60 2 * * *", "'60' is no minute"), ("0 2 * foo *", "'foo' is no month"),
        ("0 5-2 * * *", "runs backwards"), ("0 2 30 2 *", "would never come"), ("@dayly", "Did you mean '@daily'"),
        ("*/0 * * * *", "'*/0' is no minute"), ("1,,2 * * * *", "'' is no minute"), ("", "has 0 fields"),
        ("-1 * * * *", "'-1' is no minute"), ("1/2/3 * * * *", "'1/2/3' is no minute"),
    ])
    func `what is no expression is refused with the part that is wrong`(text: String, reason: String) {
        let error = #expect(throws: JobError.self) { try CronExpression(text) }
        #expect(error?.code == .jobInvalid)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `intervals tick at whole multiples, and many missed ones are counted without walking them`() throws {
        let schedule = Schedule.interval(.seconds(900))
        let start = try #require(EventTime(iso8601: "2026-11-21T10:07:00Z"))
        #expect(schedule.next(after: start)?.description == "2026-11-21T10:15:00Z")
        #expect(schedule.next(after: start + .seconds(480))?.description == "2026-11-21T10:30:00Z")
        let due = try #require(schedule.newest(after: start, through: start + .seconds(3_600)))
        #expect(due.tick.description == "2026-11-21T11:00:00Z")
        #expect(due.missed == 3)
        #expect(Schedule.interval(.seconds(1)).newest(after: start, through: start + .days(400))?.missed == 10_000)
        #expect(schedule.newest(after: start, through: start + .seconds(60)) == nil)
    }

    @Test func `of missed ticks the newest is due and the others are counted`() throws {
        let schedule = Schedule.cron(try CronExpression("0 2 * * *"), .gmt)
        let start = try #require(EventTime(iso8601: "2026-11-01T02:00:00Z"))
        let due = try #require(schedule.newest(after: start, through: start + .days(5)))
        #expect(due.tick.description == "2026-11-06T02:00:00Z")
        #expect(due.missed == 4)
        let minutely = Schedule.cron(try CronExpression("* * * * *"), .gmt)
        let late = try #require(minutely.newest(after: start, through: start + .days(30)))
        #expect(late.tick == start + .days(30))
        #expect(late.missed >= 9_999)
    }
}
