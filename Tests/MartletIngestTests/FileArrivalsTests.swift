import MartletCore
import MartletIngest
import Testing

struct FileArrivalsTests {
    private static func moment(_ second: Int64) -> EventTime { EventTime(microseconds: second * 1_000_000) }

    private static func file(_ path: String, _ bytes: Int64 = 10, at second: Int64 = 0) -> WatchedFile {
        WatchedFile(path: path, byteCount: bytes, modifiedAt: Self.moment(second))
    }

    @Test func `a file is told once it stands still, and once`() {
        var arrivals = FileArrivals()
        #expect(arrivals.look(at: [Self.file("b"), Self.file("a")], now: Self.moment(1)) == [])
        #expect(arrivals.look(at: [Self.file("b", 20), Self.file("a")], now: Self.moment(2)) == ["a"])
        #expect(arrivals.look(at: [Self.file("b", 20), Self.file("a")], now: Self.moment(3)) == ["b"])
        #expect(arrivals.look(at: [Self.file("b", 20), Self.file("a")], now: Self.moment(4)) == [])
    }

    @Test func `a changed file, and one that went and came back, are told again`() {
        var arrivals = FileArrivals()
        for second in 1...2 { _ = arrivals.look(at: [Self.file("a")], now: Self.moment(Int64(second))) }
        #expect(arrivals.look(at: [Self.file("a", at: 3)], now: Self.moment(3)) == [])
        #expect(arrivals.look(at: [Self.file("a", at: 3)], now: Self.moment(4)) == ["a"])
        #expect(arrivals.look(at: [], now: Self.moment(5)) == [])
        #expect(arrivals.look(at: [Self.file("a", at: 3)], now: Self.moment(6)) == [])
        #expect(arrivals.look(at: [Self.file("a", at: 3)], now: Self.moment(7)) == ["a"])
    }

    @Test func `a file must be as old as the source asks`() {
        var arrivals = FileArrivals()
        let wait = TimeSpan.seconds(5)
        for second in 1...4 {
            #expect(arrivals.look(at: [Self.file("a")], stableFor: wait, now: Self.moment(Int64(second))) == [])
        }
        #expect(arrivals.look(at: [Self.file("a")], stableFor: wait, now: Self.moment(5)) == ["a"])
    }

    @Test func `one that could not be read is told again`() {
        var arrivals = FileArrivals()
        for second in 1...2 { _ = arrivals.look(at: [Self.file("a")], now: Self.moment(Int64(second))) }
        arrivals.forget(["a", "unknown"])
        #expect(arrivals.look(at: [Self.file("a")], now: Self.moment(3)) == ["a"])
    }

    @Test func `a place that fails is asked more and more rarely, up to ten minutes`() {
        var pace = AskingPace(every: .seconds(60))
        #expect(pace.isDue(at: Self.moment(0)))
        pace.asked(at: Self.moment(0), failed: false)
        #expect(!pace.isDue(at: Self.moment(59)))
        #expect(pace.isDue(at: Self.moment(60)))
        for _ in 1...100 { pace.asked(at: Self.moment(0), failed: true) }
        #expect(!pace.isDue(at: Self.moment(599)))
        #expect(pace.isDue(at: Self.moment(600)))
        pace.asked(at: Self.moment(600), failed: false)
        #expect(pace.isDue(at: Self.moment(660)))
        var slow = AskingPace(every: .days(1))
        slow.asked(at: Self.moment(0), failed: true)
        #expect(!slow.isDue(at: Self.moment(86_399)))
        #expect(slow.isDue(at: Self.moment(86_400)))
    }
}
