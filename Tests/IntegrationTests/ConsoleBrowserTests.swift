import Foundation
import Testing

/// The console of a real process in a real browser.
@Suite(
    .serialized,
    .enabled(if: PythonClients.areWanted && PythonClients.hasBrowser, "run scripts/setup-clients first")
)
struct ConsoleBrowserTests {
    @Test func `pages load without errors, and decisions are made by keyboard`() async throws {
        let outcome = try await PythonClients.onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-console-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let server = try ServerProcess(in: folder)
            defer { server.stop() }
            return try PythonClients.run("console.py", against: server.address)
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_a_version_is_approved_by_keyboard_alone"))
        #expect(!outcome.output.contains("FAILED"))
    }
}

extension PythonClients {
    /// Whether there is a Chromium to drive, or must be.
    fileprivate static let hasBrowser =
        ["chromium", "chromium-browser", "google-chrome"]
        .contains { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
        || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"
}
