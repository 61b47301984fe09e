import Foundation
import Testing

/// Alerts of a server that is killed around telling and acting, with a webhook receiver and an Alertmanager from Debian.
@Suite(
    .enabled(
        if: Martlet.hasEngines && PythonClients.areWanted && PythonClients.hasAlertmanager,
        "run scripts/setup and scripts/setup-clients first"
    )
)
struct AlertCrashTests {
    @Test func `every transition arrives, and each action is done, although the server is killed`() async throws {
        let martlet = Martlet.root.appending(path: ".build/debug/martlet").path
        let outcome = try await PythonClients.onOwnThread {
            try PythonClients.run(
                "alerts.py",
                against: "http://127.0.0.1:1",
                environment: ["MARTLET": martlet, "ALERTMANAGER": PythonClients.alertmanager]
            )
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_every_transition"))
        #expect(!outcome.output.contains("FAILED"))
    }
}

extension PythonClients {
    /// The one from Debian.
    fileprivate static let alertmanager = "/usr/bin/prometheus-alertmanager"

    /// Whether it is there, or must be.
    fileprivate static let hasAlertmanager =
        FileManager.default.isExecutableFile(atPath: Self.alertmanager)
        || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"
}
