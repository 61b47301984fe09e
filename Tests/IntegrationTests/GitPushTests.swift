import Foundation
import Testing

/// A real repository, a server that hears of its pushes, and the model that comes of each.
@Suite(.enabled(if: PythonClients.areWanted && Martlet.hasEngines, "run scripts/setup and scripts/setup-clients first"))
struct GitPushTests {
    @Test func `a push becomes a model that waits for approval`() async throws {
        let martlet = Martlet.root.appending(path: ".build/debug/martlet").path
        let outcome = try await PythonClients.onOwnThread {
            try PythonClients.run("git_push.py", against: "http://127.0.0.1:1", environment: ["MARTLET": martlet])
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
        #expect(!outcome.output.contains("FAILED"))
    }
}
