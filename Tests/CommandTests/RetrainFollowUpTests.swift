import Foundation
import GRDB
import MartletCore
import MartletRetraining
import MartletStores
import MartletTesting
import Testing

/// A retrained version on its way into an A/B test, with the process killed at each of its moments.
@Suite(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
struct RetrainFollowUpTests {
    /// A moment between two writes: after the first is seen, the second is held up until the process is dead.
    struct Moment {
        let name: String
        /// A query that gives 1 once the write before was made.
        let reached: String
        /// The write that is held up.
        let heldUp: String
    }

    private static let moments = [
        Moment(
            name: "registered",
            reached: "SELECT count(*) FROM model_versions WHERE model = 'rent' AND number = 2",
            heldUp: "DELETE ON retraining_holds"
        ),
        Moment(
            name: "training ended",
            reached: "SELECT count(*) FROM retraining_attempts WHERE status = 'registered'",
            heldUp: "UPDATE OF approval ON model_versions"
        ),
        Moment(
            name: "approved",
            reached: "SELECT count(*) FROM model_versions WHERE number = 2 AND approval = 'Approved'",
            heldUp: "INSERT ON release_runs"
        ),
        Moment(
            name: "experiment started",
            reached: "SELECT count(*) FROM release_runs",
            heldUp: "UPDATE ON retraining_attempts"
        ),
    ]

    private static let files = [
        "releases/rollout.yaml": "name: rollout\nendpoint: rent\nexperiment: {treatment: 10}\n",
        "retraining/weekly.yaml": """
        name: weekly
        recipe: rent
        labels: paid
        triggers: {age: 1ms}
        cooldown: 0s
        auto: to-ab
        release: rollout
        """,
        "pipelines/again.yaml": "name: again\nsteps: [{name: again, retrain: weekly}]\n",
    ]

    @Test func `a version goes on into its experiment wherever the process was killed`() async throws {
        try await RetrainCommandTests.withWorkspace(Self.files) { folder in
            for words in [
                ["train", "--recipe", "rent", "--by", "ada"],
                ["models", "approve", "rent:1", "--reason", "gates passed", "--by", "ada"],
                ["deploy", "rent", "--model", "rent:1", "--by", "ada"],
            ] {
                let done = try MartletProcess.run(words, in: folder)
                #expect(done.status == 0, "\(done.errors)")
            }
            let recipe = folder.appending(path: "recipes/rent.yaml")
            let text = try String(contentsOf: recipe, encoding: .utf8)
            try Data(text.replacing("rounds: 5", with: "rounds: 6").utf8).write(to: recipe)
            let queued = try MartletProcess.run(["jobs", "run", "again", "--detach"], in: folder)
            #expect(queued.status == 0, "\(queued.errors)")

            let database = try DatabaseQueue(path: folder.appending(path: ".martlet/metadata.sqlite").path)
            let work = ["jobs", "work", "--until-idle"]
            for (index, moment) in Self.moments.enumerated() {
                // A person who retrains goes on with what a job left, and the other way about.
                try Self.kill(
                    at: moment,
                    index == 2 ? ["retrain", "run", "weekly", "--by", "ada"] : work,
                    folder,
                    database
                )
            }
            let last = try MartletProcess.run(work, in: folder)
            #expect(last.status == 0, "\(last.errors)")

            let jobs = try Self.json(["jobs", "list", "--json"], in: folder)
            #expect(jobs[0]?["phase"] == "succeeded")
            guard case .string(let job)? = jobs[0]?["job"] else {
                Issue.record("there is no job")
                return
            }
            let result = try Self.json(["jobs", "show", job, "--json"], in: folder)["steps"]?[0]?["result"]
            #expect(result?["version"] == "rent:2")
            let attempts = try Self.json(["retrain", "status", "weekly", "--json"], in: folder)["attempts"]
            #expect(attempts?[0]?["follow_up"]?["status"] == "done")
            #expect(attempts?[1] == nil, "the rows were trained twice")
            for (query, count) in [
                ("SELECT count(*) FROM model_versions", 2),
                ("SELECT count(*) FROM approval_decisions WHERE number = 2", 1),
                ("SELECT count(*) FROM release_runs", 1),
            ] {
                #expect(try await database.read { try Int.fetchOne($0, sql: query) } == count, "\(query)")
            }
            let ledger = try MartletProcess.run(["ledger", "verify"], in: folder)
            #expect(ledger.status == 0, "\(ledger.errors)")
        }
    }

    @Test func `a job's next start closes what its earlier one began on another machine`() async throws {
        try await RetrainCommandTests.withWorkspace(Self.files) { folder in
            let queued = try Self.json(["jobs", "run", "again", "--detach", "--json"], in: folder)
            guard case .string(let job)? = queued["id"] else {
                Issue.record("there is no job: \(queued)")
                return
            }
            var attempt = RetrainingStoreContract.attempt("t1", rows: "a", at: 1)
            attempt.plan = "weekly"
            attempt.process = "another.machine:17:pid4026531836:x1"
            attempt.effect = "\(job)/again"
            attempt.leaseUntil = .now + .days(1)
            let path = folder.appending(path: ".martlet/metadata.sqlite").path
            try await SQLRetrainingStore(MetadataDatabase(path: path))
                .begin(attempt, RetrainingStoreContract.record("d1", at: 1))
            // Nobody else may take it for dead.
            let held = try MartletProcess.run(["retrain", "run", "weekly", "--by", "ada"], in: folder)
            #expect(held.output.contains("Training t1 of this plan is under way."), "\(held.output)")
            let worked = try MartletProcess.run(["jobs", "work", "--until-idle"], in: folder)
            #expect(worked.status == 0, "\(worked.errors)")
            let attempts = try Self.json(["retrain", "status", "weekly", "--json"], in: folder)["attempts"]
            #expect(attempts?[0]?["version"]?["number"] == 1)
            #expect(attempts?[1]?["status"] == "failed")
            // Nothing is live, so nothing is approved that could not start.
            #expect(attempts?[0]?["follow_up"]?["status"] == "stopped")
            let approval = try await DatabaseQueue(path: path)
                .read { try String.fetchOne($0, sql: "SELECT approval FROM model_versions WHERE number = 1") }
            #expect(approval == "PendingManualApproval")
        }
    }

    /// Runs `words` up to the moment, and kills the process there.
    static func kill(
        at moment: Moment,
        _ words: [String],
        _ folder: URL,
        _ database: DatabaseQueue
    ) throws {
        // A join that never ends holds the write up.
        let tables = (1...8).map { "sqlite_schema s\($0)" }.joined(separator: ", ")
        try database.write { database in
            try database.execute(
                sql: "CREATE TRIGGER held BEFORE \(moment.heldUp) BEGIN SELECT count(*) FROM \(tables); END"
            )
        }
        let program = try TestProgram([MartletProcess.binary.path] + words, in: folder)
        var isReached = false
        for _ in 0..<6_000 where !isReached {
            guard !program.hasEnded(within: .milliseconds(10)) else { break }
            isReached = try database.read { try Int.fetchOne($0, sql: moment.reached) } == 1
        }
        #expect(isReached, "the moment '\(moment.name)' never came")
        program.end()
        // The step of a job is a process of its own, which ends with its worker.
        for _ in 0..<1_000 {
            do {
                try database.write { try $0.execute(sql: "DROP TRIGGER IF EXISTS held") }
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(10))
            }
        }
        Issue.record("the database stayed locked after the moment '\(moment.name)'")
    }

    private static func json(_ words: [String], in folder: URL) throws -> JSONValue {
        try JSONValue(parsing: Data(try MartletProcess.run(words, in: folder).output.utf8))
    }
}

extension JSONValue {
    /// The element of an array, or nil.
    fileprivate subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
