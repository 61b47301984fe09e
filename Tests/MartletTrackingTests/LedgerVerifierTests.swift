import MartletCore
import MartletTracking
import Testing

struct LedgerVerifierTests {
    let entries = Self.chain(9)
    var head: LedgerHead { self.entries[8].head }

    private static func chain(_ count: Int) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        for index in 0..<count {
            let author = Attribution(by: "ada", at: EventTime(microseconds: Int64(index)), reason: "because \(index)")
            let record = LedgerRecord(.versionApproved, of: "model:price:\(index)", author)
            entries.append(LedgerEntry(record, after: entries.last?.head ?? .empty))
        }
        return entries
    }

    @Test func `a whole chain is whole, an empty one too`() {
        #expect(LedgerVerifier.verify(self.entries, head: self.head).isIntact)
        #expect(LedgerVerifier.verify([LedgerEntry](), head: .empty).isIntact)
    }

    @Test(arguments: 0..<9)
    func `a changed entry is found there, hashed anew at the next link`(index: Int) {
        var tampered = self.entries
        tampered[index].payload += " "
        let fault = LedgerVerifier.verify(tampered, head: self.head).fault
        #expect(fault?.kind == .changed)
        #expect(fault?.sequence == Int64(index + 1))
        tampered[index].hash = tampered[index].computedHash
        let unlinked = LedgerVerifier.verify(tampered, head: self.head).fault
        #expect(unlinked?.kind == .unlinked)
        #expect(unlinked?.sequence == Int64(index < 8 ? index + 2 : 9))
    }

    @Test(arguments: 0..<8)
    func `a removed entry is missed where it stood`(index: Int) {
        var tampered = self.entries
        tampered.remove(at: index)
        let fault = LedgerVerifier.verify(tampered, head: self.head).fault
        #expect(fault?.kind == .removed)
        #expect(fault?.description == "entry \(index + 1) is missing: entry \(index + 2) stands in its place")
    }

    @Test func `repeated and swapped entries are found`() {
        var repeated = self.entries
        repeated.insert(repeated[3], at: 4)
        #expect(LedgerVerifier.verify(repeated, head: self.head).fault?.kind == .reordered)
        var swapped = self.entries
        swapped.swapAt(2, 5)
        #expect(LedgerVerifier.verify(swapped, head: self.head).fault?.sequence == 3)
    }

    @Test(arguments: 0..<9)
    func `a cut-off end is found by the head record, or by a head written down elsewhere`(kept: Int) {
        let rest = self.entries.prefix(kept)
        let fault = LedgerVerifier.verify(rest, head: self.head).fault
        #expect(fault?.kind == .truncated)
        #expect(fault?.sequence == Int64(kept + 1))
        let anchored = LedgerVerifier.verify(rest, head: rest.last?.head ?? .empty, anchor: self.head).fault
        #expect(anchored?.kind == .truncated)
    }

    @Test func `an entry past the head record is found`() {
        let fault = LedgerVerifier.verify(self.entries, head: self.entries[6].head).fault
        #expect(fault?.kind == .unrecorded)
    }
}
