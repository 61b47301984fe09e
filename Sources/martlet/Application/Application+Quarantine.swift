import Foundation
import MartletCore
import MartletIngest
import MartletStores
import MartletTracking

extension Application {
    /// The quarantine of the warehouse.
    func quarantineStore() -> any Quarantine { DuckDBQuarantine(session: self.warehouse()) }

    /// Who acts on quarantine now.
    func quarantineAuthor(_ name: String?, reason: String?) async throws -> QuarantineAuthor {
        QuarantineAuthor(try await self.actor(name, .write, on: .unnamed), at: self.clock.now, reason: reason)
    }

    /// Carries decisions about quarantine to the ledger, those of a run that was killed too.
    func carryQuarantineDecisions() async throws {
        try await LedgerOutbox(session: self.warehouse(), database: try self.metadata.database()).carry()
    }

    /// The absolute path of a file that must be there.
    func existing(_ path: String) throws -> String {
        let url = URL(filePath: path).standardizedFileURL
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw CommandError(.commandNotFound, "there is no file '\(path)'", status: .invalid)
        }
        return url.path
    }
}
