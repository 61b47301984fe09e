import Foundation
import Testing

/// A training job that logs through a spool while servers and spools are killed.
@Suite(.enabled(if: PythonClients.areWanted, "run scripts/setup-clients first"))
struct SpoolTests {
    @Test func `a job that logs through a spool loses nothing in outages`() async throws {
        let martlet = Martlet.root.appending(path: ".build/debug/martlet").path
        let outcome = try await PythonClients.onOwnThread {
            try PythonClients.run("spool.py", against: "http://127.0.0.1:1", environment: ["MARTLET": martlet])
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
        #expect(!outcome.output.contains("FAILED"))
    }
}
