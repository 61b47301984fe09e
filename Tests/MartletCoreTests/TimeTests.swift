import Foundation
import MartletCore
import MartletTesting
import Testing

struct TimeTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("2023-05-23", 1_684_800_000_000_000), ("2000-02-29T23:59:59Z", 951_868_799_000_000),
        ("1969-12-31T23:59:59.999999Z", -1), ("2023-05-23 09:00:00+09:00", 1_684_800_000_000_000),
        ("2023-05-23T00:00:00.5", 1_684_800_000_500_000), ("0001-01-01", -62_135_596_800_000_000),
    ])
    func `ISO 8601 is read as microseconds in UTC`(text: String, microseconds: Int64) {
        #expect(EventTime(iso8601: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2023", "2023-02-29", "2023-13-01", "2023-05-23T24:00", "2023-05-23T10:15:00x", "20230523",
        "2023-05-23T10:15:00.", "2023-05-23T10:15:00+25:00",
    ])
    func `anything else is refused`(text: String) {
        #expect(EventTime(iso8601: text) == nil)
    }

    @Test func `writing and reading agree with Foundation over 400 years`() throws {
        var generator = SplitMix64(seed: 7)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -6_000_000_000...6_000_000_000, using: &generator)
            let moment = EventTime(microseconds: seconds * 1_000_000)
            #expect(moment.description == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            #expect(EventTime(iso8601: moment.description) == moment)
        }
    }

    @Test func `a span is read and written in its largest whole unit`() {
        #expect(TimeSpan("90d") == .days(90))
        #expect(TimeSpan("2w")?.description == "14d")
        #expect(TimeSpan("36h")?.description == "36h")
        #expect(TimeSpan("250ms")?.microseconds == 250_000)
        #expect(TimeSpan("1mo") == nil)
        #expect(TimeSpan("-1d") == nil)
        #expect(TimeSpan("99999999999999999d") == nil)
    }

    @Test func `a moment never overflows`() {
        #expect(EventTime(microseconds: .max) + .days(1) == EventTime(microseconds: .max))
        #expect(EventTime(microseconds: .min) - .days(1) == EventTime(microseconds: .min))
    }
}
