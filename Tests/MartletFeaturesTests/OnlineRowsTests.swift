import MartletCore
import MartletFeatures
import MartletTesting
import Testing

struct OnlineRowsTests {
    private let view = FeatureView(
        name: "state",
        entities: [],
        joinKeys: [JoinKey("id", .string)],
        source: .table("t"),
        eventTimestamp: "event",
        ttl: .seconds(1),
        features: [
            Feature(name: "a", type: .float64, origin: .column("a")),
            Feature(name: "b", type: .string, origin: .column("b")),
            Feature(name: "c", type: .boolean, origin: .column("c")),
        ]
    )

    private func change(_ key: String, _ values: [Value]?) -> OnlineChanges.Change {
        let moment = EventTime(microseconds: 5)
        let row = values.map { OnlineRow(eventTime: moment, createdTime: moment, values: $0) }
        return OnlineChanges.Change(key: EntityKey(text: key), row: row)
    }

    private func changes(_ changes: [OnlineChanges.Change], _ sequence: Int64) -> OnlineChanges {
        OnlineChanges(changes: changes, sequence: sequence, hasMore: false)
    }

    @Test func `rows are found, replaced and removed, and the old value stays as it was`() throws {
        let first = OnlineRows(view: self.view)
            .applying(
                self.changes(
                    [
                        self.change("a", [.float64(1.5), .string("한국"), .boolean(true)]),
                        self.change("b", [.null, .null, .null]),
                    ],
                    2
                )
            )
        let second = first.applying(
            self.changes([self.change("a", [.int64(2), .null, .boolean(false)]), self.change("b", nil)], 4)
        )
        #expect((first.count, first.sequence) == (2, 2))
        #expect((second.count, second.sequence) == (1, 4))
        let old = try #require(first["a"])
        #expect((0..<3).map(old.value(at:)) == [.float64(1.5), .string("한국"), .boolean(true)])
        #expect(old.number(at: 0) == 1.5 && old.number(at: 1).isNaN && old.number(at: 2) == 1)
        let new = try #require(second["a"])
        #expect((0..<3).map(new.value(at:)) == [.float64(2), .null, .boolean(false)])
        #expect(second["b"] == nil && first["b"] != nil && first["c"] == nil)
    }

    @Test func `a hundred thousand rows are all found`() {
        let count = 100_000
        let all = (0..<count).map { self.change("e\($0)", [.float64(Double($0)), .null, .null]) }
        let rows = OnlineRows(view: self.view).applying(self.changes(all, Int64(count)))
        #expect(rows.count == count)
        #expect((0..<count).allSatisfy { rows["e\($0)"]?.number(at: 0) == Double($0) })
        #expect((count..<count + 1_000).allSatisfy { rows["e\($0)"] == nil })
    }

    @Test func `random pages of changes leave what a dictionary holds`() {
        var generator = SplitMix64(seed: 21)
        for _ in 0..<30 {
            var rows = OnlineRows(view: self.view)
            var expected: [String: [Value]] = [:]
            for page in 1...Int.random(in: 1...6, using: &generator) {
                var batch: [OnlineChanges.Change] = []
                let keyCount = [5, 5_000].randomElement(using: &generator) ?? 5
                for _ in 0..<Int.random(in: 0...300, using: &generator) {
                    let key = "k\(Int.random(in: 0..<keyCount, using: &generator))"
                    let isGone = Int.random(in: 0..<8, using: &generator) == 0
                    let number = Double.random(in: 0...1, using: &generator)
                    let text: Value = Bool.random(using: &generator) ? .null : .string("t\(number)")
                    let values: [Value]? = isGone ? nil : [.float64(number), text, .boolean(number > 0.5)]
                    expected[key] = values
                    batch.append(self.change(key, values))
                }
                rows = rows.applying(self.changes(batch, Int64(page)))
            }
            #expect(rows.count == expected.count)
            for (key, values) in expected { #expect((0..<3).map { rows[key]?.value(at: $0) } == values) }
            #expect((0..<5_000).allSatisfy { expected["k\($0)"] != nil || rows["k\($0)"] == nil })
        }
    }

    @Test func `a reading says when a row is too old`() throws {
        let rows = OnlineRows(view: self.view)
            .applying(self.changes([self.change("a", [.float64(1), .null, .null])], 1))
        let row = try #require(rows["a"])
        let young = EventTime(microseconds: 1_000_005)
        #expect(row.reading(at: 0, of: self.view, now: young).value == .float64(1))
        #expect(row.reading(at: 1, of: self.view, now: young).status == .nullValue)
        let late = EventTime(microseconds: 1_000_006)
        #expect(row.reading(at: 0, of: self.view, now: late).status == .outsideMaxAge)
    }
}
