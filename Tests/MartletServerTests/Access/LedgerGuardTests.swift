import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import Testing

/// Who may read which entries of the ledger.
struct LedgerGuardTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)
    private static let subjects = ["model:prices", "model:prices:1", "model:rents:1", "endpoint:prices", "release:r1"]

    private let fixture: ServerFixture
    private let ledger: GuardedLedgerStore

    init() async throws {
        self.fixture = try await ServerFixture()
        try await self.fixture.deploy(1)
        let registry = self.fixture.registry
        let author = Attribution(by: "root", at: Self.now)
        _ = try await registry.register(
            NewModelVersion(model: "rents", runID: nil, source: "mlflow-artifacts:/1/x"),
            author
        )
        self.ledger = GuardedLedgerStore(SQLLedger(self.fixture.metadata))
    }

    /// The subjects of which an account with one role, or nobody in particular, may read entries.
    private func readable(_ scope: String?, _ role: Role = .viewer) async throws -> [String] {
        try await self.asking(scope, role) {
            var readable: [String] = []
            for subject in Self.subjects {
                do {
                    let entries = try await self.ledger.newestEntries(of: subject, limit: 10)
                    #expect(entries.allSatisfy { $0.subject == subject })
                    readable.append(subject)
                } catch let error as TrackingError {
                    #expect(error.code == .accessRefused)
                    #expect(!error.message.contains("root"))
                }
            }
            return readable
        }
    }

    /// Whether an account with one role may read the whole ledger; each way of reading it answers alike.
    private func mayReadAll(_ scope: String?, _ role: Role = .viewer) async throws -> Bool {
        try await self.asking(scope, role) {
            let ways: [@Sendable () async throws -> Void] = [
                { _ = try await self.ledger.entries(after: 0, limit: 10) },
                { _ = try await self.ledger.newestEntries(of: nil, limit: 10) },
                { _ = try await self.ledger.head() },
                { _ = try await self.ledger.verify(anchor: nil) },
            ]
            var allowed = 0
            for way in ways {
                do {
                    try await way()
                    allowed += 1
                } catch let error as TrackingError {
                    #expect(error.code == .accessRefused)
                }
            }
            #expect(allowed == 0 || allowed == ways.count)
            return allowed == ways.count
        }
    }

    private func asking<Answer: Sendable>(
        _ scope: String?,
        _ role: Role,
        _ body: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        guard let scope else { return try await body() }
        let grants =
            scope.isEmpty
            ? []
            : [
                AccessGrant(
                    account: "vera",
                    role: role,
                    scope: try AccessScope(scope),
                    author: Attribution(by: "root", at: Self.now)
                )
            ]
        let principal = Principal(name: "vera", person: "vera", grants: grants, keyID: nil)
        return try await Principal.$current.withValue(principal) { try await body() }
    }

    @Test func `a role on everything reads every entry, and so does a server without keys`() async throws {
        #expect(try await self.readable(nil) == Self.subjects)
        #expect(try await self.readable("*") == Self.subjects)
        #expect(try await self.mayReadAll(nil))
        #expect(try await self.mayReadAll("*"))
    }

    @Test(arguments: Role.allCases)
    func `a role on some things reads the entries about those alone, and never the whole`(role: Role) async throws {
        #expect(try await self.readable("model:prices", role) == ["model:prices", "model:prices:1"])
        #expect(try await self.readable("model:ren*", role) == ["model:rents:1"])
        #expect(try await self.readable("endpoint:prices", role) == ["endpoint:prices"])
        #expect(try await self.readable("experiment:*", role) == [])
        for scope in ["model:prices", "model:*", "endpoint:*", "experiment:*"] {
            #expect(try await !self.mayReadAll(scope, role), "\(scope)")
        }
    }

    @Test func `an account without a role reads nothing`() async throws {
        #expect(try await self.readable("") == [])
        #expect(try await !self.mayReadAll(""))
    }
}
