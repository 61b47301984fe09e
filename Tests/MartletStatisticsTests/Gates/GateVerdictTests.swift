import Foundation
import MartletStatistics
import Testing

struct GateVerdictTests {
    @Test func `a verdict is read back as it was written`() throws {
        for verdict in [GateVerdict.pass, .fail, .inconclusive(moreRequests: 120)] {
            let bytes = try JSONEncoder().encode(verdict)
            #expect(try JSONDecoder().decode(GateVerdict.self, from: bytes) == verdict)
        }
    }
}
