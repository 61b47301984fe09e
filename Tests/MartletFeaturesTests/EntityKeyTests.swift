import MartletCore
import MartletFeatures
import Testing

struct EntityKeyTests {
    private func key(_ values: Value..., types: DataType...) -> String? {
        EntityKey(values, for: types.enumerated().map { JoinKey("k\($0)", $1) })?.text
    }

    @Test func `one key is written by its declared type`() {
        #expect(self.key(.string("a|\\b"), types: .string) == "a|\\b")
        #expect(self.key(.int64(-7), types: .int64) == "-7")
        #expect(self.key(.int64(7), types: .string) == "7")
        #expect(self.key(.string("007"), types: .int64) == "7")
        #expect(self.key(.boolean(true), types: .boolean) == "true")
        #expect(self.key(.string("2024-02-29"), types: .date) == "2024-02-29")
    }

    @Test func `a value that is missing or does not fit makes no key`() {
        #expect(self.key(.null, types: .string) == nil)
        #expect(self.key(.string("x"), types: .int64) == nil)
        #expect(self.key(.float64(1), types: .int64) == nil)
        #expect(self.key(.string("a"), types: .string, .string) == nil)
    }

    @Test func `no two lists of values share a text`() {
        let words = ["", "|", "\\", "\\|", "|\\", "a", "a|", "|a", "\\\\", "||"]
        var seen: Set<String> = []
        for first in words {
            for second in words {
                let text = self.key(.string(first), .string(second), types: .string, .string)
                #expect(seen.insert(text ?? "").inserted, "\(first) and \(second)")
            }
        }
    }

    @Test func `keys are compared by their bytes, as stores do`() {
        #expect(EntityKey(text: "\u{E9}") != EntityKey(text: "e\u{301}"))
        #expect(Set(["a", "a", "\u{E9}", "e\u{301}"].map(EntityKey.init(text:))).count == 3)
    }
}
