package import GRDB
import GRDBSQLite

/// How long the write-ahead log of an SQLite file has become, and its way back into the file.
///
/// SQLite would write the log back inside the commit that makes it too long. Here the connection's user chooses when,
/// so that a commit on an event loop never takes that long. Used where its connection may be used.
// Safe because the connection's own queue is the only one that uses it, as with the connection itself.
package final class WriteAheadLog: @unchecked Sendable {
    /// Where SQLite's hook leaves the number of pages; as long-lived as the connection, which lives as the process does.
    private let pages = UnsafeMutablePointer<CInt>.allocate(capacity: 1)
    private let connection: OpaquePointer?

    /// Takes over from SQLite on the connection `database`.
    package init(of database: Database) {
        self.pages.initialize(to: 0)
        self.connection = database.sqliteConnection
        sqlite3_wal_hook(
            self.connection,
            { place, _, _, count in
                place?.assumingMemoryBound(to: CInt.self).pointee = count
                return SQLITE_OK
            },
            self.pages
        )
    }

    /// The pages in the log after the connection's last commit.
    package var pageCount: Int { Int(self.pages.pointee) }

    /// Writes back what no reader still needs in the log; the next commit after all of it was starts the log anew.
    package func writeBack() {
        sqlite3_wal_checkpoint_v2(self.connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }
}

extension Database {
    /// Sets how long the connection waits when another holds the lock that it needs.
    package func waitForLocks(milliseconds: Int) { sqlite3_busy_timeout(self.sqliteConnection, CInt(milliseconds)) }
}
