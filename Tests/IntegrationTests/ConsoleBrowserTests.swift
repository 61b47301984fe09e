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

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `endpoints, A/B tests and releases are watched live and decided from their pages`() async throws {
        let outcome = try await PythonClients.onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-console-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            try ModelWorkspace.write(to: folder)
            let plan = folder.appending(path: "releases/rollout.yaml")
            try FileManager.default.createDirectory(
                at: plan.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            let text = """
                name: rollout
                endpoint: price
                steps: [{weight: 50, hold: 2s}, {weight: 100, hold: 2s}]
                standby: 1h
                gates: {min_requests: 10, max_error_rate: 0.05}
                experiment:
                  treatment: 50
                  min_duration: 20m
                  max_duration: 30m
                  look_every: 1s
                  metrics: [{name: contract_rate, role: primary, conversion: contract}]
                """
            try Data(text.utf8).write(to: plan)
            let server = try ServerProcess("up", in: folder)
            defer { server.stop() }
            let binary = Martlet.root.appending(path: ".build/debug/martlet").path
            return try PythonClients.run(
                "console_releases.py",
                against: server.address,
                environment: ["MARTLET_BINARY": binary, "MARTLET_WORKSPACE": folder.path]
            )
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_a_release_shows_its_gates_and_is_rolled_back_from_its_page"))
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `data, pipelines, quality and alerts are shown in both languages and acted on`() async throws {
        let outcome = try await PythonClients.onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-console-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            try OperationsWorkspace.write(to: folder)
            for arguments in OperationsWorkspace.commands {
                let done = try Martlet.run(arguments, in: folder)
                #expect(done.status == 0, "\(arguments) \(done.errors)")
            }
            let server = try ServerProcess("up", in: folder)
            defer { server.stop() }
            let binary = Martlet.root.appending(path: ".build/debug/martlet").path
            return try PythonClients.run(
                "console_operations.py",
                against: server.address,
                environment: ["MARTLET_BINARY": binary, "MARTLET_WORKSPACE": folder.path]
            )
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_d_rows_in_quarantine_are_tried_and_discarded_from_the_page"))
        #expect(!outcome.output.contains("FAILED"))
    }

    @Test func `where keys are asked for, people sign in and decide as their accounts may`() async throws {
        let outcome = try await PythonClients.onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-console-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data("name: guarded\napproval: four-eyes\n".utf8).write(to: folder.appending(path: "martlet.yaml"))
            var environment: [String: String] = [:]
            for (name, role) in [("root", "admin"), ("ada", "approver"), ("vera", "viewer")] {
                let added = try Martlet.run(["users", "add", name, "--role", role], in: folder)
                #expect(added.status == 0, "\(added.errors)")
                let key = try Martlet.run(["keys", "create", name], in: folder)
                #expect(key.status == 0, "\(key.errors)")
                let text = key.output.trimmingCharacters(in: .whitespacesAndNewlines)
                environment[name.uppercased() + "_KEY"] = text
            }
            let server = try ServerProcess(in: folder)
            defer { server.stop() }
            return try PythonClients.run("console_keys.py", against: server.address, environment: environment)
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_decisions_carry_the_account_and_take_its_role"))
    }
}

extension PythonClients {
    /// Whether there is a Chromium to drive, or must be.
    fileprivate static let hasBrowser =
        ["chromium", "chromium-browser", "google-chrome"]
        .contains { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }
        || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"
}
