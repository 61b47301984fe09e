import Foundation
import GRDB
import MartletCore
import MartletRetraining
import MartletStores
import MartletTesting
import MartletTracking
import Testing

@testable import martlet

/// Trainings whose processes die, or are silent for too long.
struct RetrainLeaseTests {
    private static func status(of folder: URL) throws -> JSONValue? {
        let shown = try MartletProcess.run(["retrain", "status", "weekly", "--json"], in: folder)
        guard case .array(let attempts)? = try JSONValue(parsing: Data(shown.output.utf8))["attempts"] else {
            return nil
        }
        return attempts.first
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a training that was killed on another machine is closed when its lease is over`() async throws {
        try await RetrainCommandTests.withWorkspace { folder in
            _ = try MartletProcess.run(["retrain", "status"], in: folder)
            let database = try DatabaseQueue(path: folder.appending(path: ".martlet/metadata.sqlite").path)
            let moment = RetrainFollowUpTests.Moment(
                name: "begun",
                reached: "SELECT count(*) FROM retraining_holds WHERE held_until > 0",
                heldUp: "INSERT ON model_versions"
            )
            try RetrainFollowUpTests.kill(at: moment, ["retrain", "run", "weekly", "--by", "ada"], folder, database)
            try await database.write { database in
                try database.execute(
                    sql: "UPDATE retraining_attempts SET state = json_set(state, '$.process', 'another:17:pid1:x1')"
                )
                // On a busy machine the lease could be over before the next command looks.
                try database.execute(sql: "UPDATE retraining_holds SET held_until = held_until + 3600000000")
            }
            // Within its lease nobody may take it for dead.
            let open = try Self.status(of: folder)
            #expect(open?["status"] == "started")
            #expect(open?["lease_until"] != nil)
            let held = try MartletProcess.run(["retrain", "run", "weekly", "--by", "ada"], in: folder)
            #expect(held.status == 1)
            #expect(held.output.contains("of this plan is under way."), "\(held.output)")
            try await database.write { try $0.execute(sql: "UPDATE retraining_holds SET held_until = 1000000") }
            let closed = try Self.status(of: folder)
            #expect(closed?["status"] == "failed")
            #expect(closed?["lease_until"] == nil)
            let process = "its process another:17:pid1:x1 ended before it did"
            #expect(closed?["outcome"] == .string(process + ": it gave no sign by 1970-01-01T00:00:01Z"))
            let trained = try MartletProcess.run(["retrain", "run", "weekly", "--by", "ada"], in: folder)
            #expect(trained.status == 0, "\(trained.errors)")
            #expect(try Self.status(of: folder)?["version"]?["number"] == 1)
            let ledger = try MartletProcess.run(["ledger", "verify"], in: folder)
            #expect(ledger.status == 0, "\(ledger.errors)")
        }
    }

    @Test func `a process gives signs while it trains, and stops when others closed its training`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-signs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = SQLRetrainingStore(try MetadataDatabase(path: folder.appending(path: "metadata.sqlite").path))
        let attempt = RetrainingStoreContract.attempt("t1", rows: "a", at: 1)
        try await store.begin(attempt, RetrainingStoreContract.record("d1", at: 1))
        let lease = RetrainingLease(heartbeat: .milliseconds(1))
        let signs = RetrainingSigns(attempt, in: store, .system, lease)
        /// The lease once it is later than `moment`.
        @Sendable func later(than moment: EventTime?) async throws -> EventTime? {
            for _ in 0..<100_000 {
                let found = try await store.attempts(of: "rent", limit: 1).first?.leaseUntil
                if let found, let moment, found > moment { return found }
                await Task.yield()
            }
            return nil
        }
        let last = try await signs.give { try await later(than: try await later(than: attempt.leaseUntil)) }
        #expect(last != nil)
        let error = await #expect(throws: TrackingError.self) {
            try await signs.give {
                let seen = try await store.attempts(of: "rent", limit: 1).first?.leaseUntil
                var closed = attempt
                closed.end(.failed, at: EventTime(microseconds: 9), outcome: "it was silent")
                var lease = seen
                // A sign may come between the look and the end.
                for _ in 0..<1_000 {
                    do {
                        try await store.close(closed, withLease: lease, Attribution(by: "ben", at: .now))
                        break
                    } catch {
                        lease = try await store.attempts(of: "rent", limit: 1).first?.leaseUntil
                    }
                }
                // Training goes on until it is cancelled.
                while !Task.isCancelled { await Task.yield() }
                throw CancellationError()
            }
        }
        #expect(error?.code == .retrainingNotFound)
        #expect(try await store.attempts(of: "rent", limit: 1).first?.outcome == "it was silent")
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a process that comes back after its lease registers nothing`() async throws {
        try await RetrainCommandTests.withWorkspace { folder in
            let workspace = try WorkspaceLoader(environment: [:]).load(folder.path)
            let application = Application(workspace: workspace, processEnvironment: [:])
            let recipe = try application.recipe(file: nil, name: "rent")
            let lost = RetrainingStoreContract.attempt("t1", rows: "a", at: 1)
            let signs = RetrainingSigns(lost, in: try application.retrainings(), .system, RetrainingLease())
            let error = await #expect(throws: TrackingError.self) {
                try await application.train(
                    recipe,
                    by: "ada",
                    beforeRegistering: { try await signs.giveOne() },
                    onEvent: { _ in }
                )
            }
            #expect(error?.code == .retrainingNotFound)
            #expect(try await application.registry().model(named: "rent") == nil)
        }
    }
}
