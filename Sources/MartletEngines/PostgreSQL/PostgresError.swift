package import MartletCore

/// A failure that PostgreSQL or the way to it reported.
package struct PostgresError: CodedError {
    package let code: ErrorCode
    package let message: String
    /// The five characters by which PostgreSQL names the failure, such as `23505`; `nil` when it did not answer.
    package let sqlState: String?

    /// Records what was attempted, what was found and what to do.
    package init(_ code: ErrorCode, _ message: String, sqlState: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    /// Whether the same transaction may succeed when it is run again.
    package var isPassing: Bool { self.sqlState == "40001" || self.sqlState == "40P01" }

    /// Whether the connection is of no more use.
    package var isConnectionLost: Bool { self.code == .postgresUnreachable || self.code == .postgresConnectionLost }
}

extension ErrorCode {
    /// No connection could be made.
    package static let postgresUnreachable = ErrorCode("postgres.unreachable")
    /// The server refused the user, the password or the database.
    package static let postgresRefused = ErrorCode("postgres.refused")
    /// A connection that was open broke.
    package static let postgresConnectionLost = ErrorCode("postgres.connectionLost")
    /// PostgreSQL refused a statement.
    package static let postgresFailed = ErrorCode("postgres.failed")
    /// A statement was stopped by a canceller.
    package static let postgresCancelled = ErrorCode("postgres.cancelled")
    /// A connection string, value or column that Martlet cannot take.
    package static let postgresBadInput = ErrorCode("postgres.badInput")
}
