import Foundation
import Testing

/// The real MLflow client and boto3 against a real process that asks for keys.
@Suite(.serialized, .enabled(if: PythonClients.areWanted, "run scripts/setup-clients first"))
struct AccessClientTests {
    /// A workspace with accounts and keys, made by the commands.
    private struct Workspace {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-access-\(UUID().uuidString)")

        init(_ configuration: String) throws {
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
            try Data(configuration.utf8).write(to: self.folder.appending(path: "martlet.yaml"))
        }

        func run(_ arguments: String...) throws -> String {
            let outcome = try Martlet.run(arguments, in: self.folder)
            #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
            return outcome.output
        }

        /// Makes a key of `account` and returns the members that the command prints.
        func key(_ account: String, _ options: String...) throws -> [String: String] {
            let outcome = try Martlet.run(["keys", "create", account, "--json"] + options, in: self.folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let members = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            return (members ?? [:]).compactMapValues { $0 as? String }
        }

        func text(_ account: String) throws -> String {
            try #require(try self.key(account)["key"])
        }
    }

    private static func check(_ program: String, _ server: ServerProcess, _ environment: [String: String]) throws {
        let outcome = try PythonClients.run(program, against: server.address, environment: environment)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
        #expect(!outcome.output.contains("FAILED"))
    }

    @Test func `MLflow's client works with a key as far as its roles reach`() throws {
        let workspace = try Workspace("name: guarded\n")
        defer { try? FileManager.default.removeItem(at: workspace.folder) }
        _ = try workspace.run("users", "add", "root", "--role", "admin")
        _ = try workspace.run("users", "add", "ada", "--role", "contributor", "--on", "experiment:team-a/*")
        _ = try workspace.run("roles", "grant", "ada", "contributor", "--on", "model:team-a.*")
        _ = try workspace.run("users", "add", "vera", "--role", "viewer")
        _ = try workspace.run("users", "add", "gone", "--role", "admin")
        let revoked = try workspace.key("ada")
        _ = try workspace.run("keys", "revoke", try #require(revoked["id"]))
        let disabled = try workspace.text("gone")
        _ = try workspace.run("users", "disable", "gone")
        let short = try Martlet.run(["keys", "create", "ada", "--expires", "1s"], in: workspace.folder)
        #expect(short.status == 0, "\(short.errors)")
        let environment = [
            "ROOT_KEY": try workspace.text("root"), "ADA_KEY": try workspace.text("ada"),
            "VERA_KEY": try workspace.text("vera"), "REVOKED_KEY": try #require(revoked["key"]),
            "DISABLED_KEY": disabled, "EXPIRED_KEY": short.output.trimmingCharacters(in: .whitespacesAndNewlines),
        ]
        let server = try ServerProcess(in: workspace.folder)
        defer { server.stop() }
        try Self.check("access.py", server, environment)
        #expect(try workspace.run("ledger", "verify").contains("intact"))
    }

    @Test func `a pipeline written with boto3 registers and approves model packages`() throws {
        let workspace = try Workspace("name: guarded\napproval: four-eyes\n")
        defer { try? FileManager.default.removeItem(at: workspace.folder) }
        var environment: [String: String] = [:]
        for (name, role) in [("root", "admin"), ("ada", "approver"), ("bob", "approver"), ("vera", "viewer")] {
            _ = try workspace.run("users", "add", name, "--role", role)
            let key = try workspace.key(name, "--signing")
            environment[name.uppercased() + "_ID"] = key["aws_access_key_id"]
            environment[name.uppercased() + "_SECRET"] = key["aws_secret_access_key"]
        }
        environment["PLAIN_ID"] = "mk_" + (try #require(try workspace.key("ada")["id"]))
        let server = try ServerProcess(in: workspace.folder)
        defer { server.stop() }
        try Self.check("sagemaker.py", server, environment)
        let ledger = try workspace.run("ledger", "show", "--json", "--limit", "200")
        #expect(ledger.contains("version.approved") && ledger.contains(#""bob""#), "\(ledger)")
    }

    @Test func `tokens of an identity provider are taken beside keys`() throws {
        let port = Int.random(in: 20_000..<30_000)
        let workspace = try Workspace(
            """
            name: guarded
            environments:
              local:
                server:
                  oidc:
                    issuer: https://id.example.org
                    audience: martlet
                    jwks_url: http://127.0.0.1:\(port)/jwks.json

            """
        )
        defer { try? FileManager.default.removeItem(at: workspace.folder) }
        _ = try workspace.run("users", "add", "ada@example.org", "--role", "contributor")
        let server = try ServerProcess(in: workspace.folder)
        defer { server.stop() }
        try Self.check(
            "tokens.py",
            server,
            ["JWKS_PORT": String(port), "ADA_KEY": try workspace.text("ada@example.org")]
        )
        #expect(try workspace.run("ledger", "show", "--json").contains("ada@example.org"))
    }

    @Test func `a server that asks for keys and has none says so, and one that asks for none says so too`() throws {
        for (configuration, words) in [
            ("name: guarded\n", "no key is there yet"), ("name: open\nauth: off\n", "auth is off"),
        ] {
            let workspace = try Workspace(configuration)
            defer { try? FileManager.default.removeItem(at: workspace.folder) }
            let server = try ServerProcess(in: workspace.folder)
            server.stop()
            #expect(server.greeting.contains(words), "\(server.greeting)")
        }
        let workspace = try Workspace("name: open\nauth: off\n")
        defer { try? FileManager.default.removeItem(at: workspace.folder) }
        let refused = try Martlet.run(["tracking", "--host", "0.0.0.0", "--port", "0"], in: workspace.folder)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("'auth: off' answers whoever asks"), "\(refused.errors)")
    }
}
