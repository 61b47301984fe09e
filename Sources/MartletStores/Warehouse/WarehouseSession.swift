import Dispatch
import Foundation
package import MartletCore
package import MartletEngines
import Synchronization

extension ErrorCode {
    /// Another process holds the warehouse file.
    package static let warehouseLocked = ErrorCode("warehouse.locked")
    /// The warehouse file cannot be opened.
    package static let warehouseUnavailable = ErrorCode("warehouse.unavailable")
}

/// The way to the warehouse: opens the DuckDB file for one piece of work and closes it again.
///
/// DuckDB lets one process at a time write a file, so the file is open only while `body` runs. Calls of one process
/// run one after the other, on a thread of their own; the cooperative pool is never blocked.
package struct WarehouseSession: Sendable {
    /// The DuckDB file.
    package let path: String
    private let locator: EngineLocator
    private let predictionsDirectory: String?
    private let options: [String: String]
    private let lockWait: Duration
    private let queue: DispatchQueue

    /// Names the warehouse; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - path: the DuckDB file; made, with its folder, on first use.
    ///   - locator: finds the DuckDB library.
    ///   - predictionsDirectory: the segments of the prediction log, seen as view `predictions`.
    ///   - memoryLimit: DuckDB's memory, such as `2GB`; `nil` leaves its own limit.
    ///   - threads: DuckDB's threads; `nil` is one for each core.
    ///   - lockWait: how long another process's lock is waited for.
    package init(
        path: String,
        locator: EngineLocator,
        predictionsDirectory: String? = nil,
        memoryLimit: String? = nil,
        threads: Int? = nil,
        lockWait: Duration = .seconds(30)
    ) {
        self.path = path
        self.locator = locator
        self.predictionsDirectory = predictionsDirectory
        var options: [String: String] = [:]
        options["memory_limit"] = memoryLimit
        options["threads"] = threads.map(String.init)
        self.options = options
        self.lockWait = lockWait
        self.queue = WarehouseQueues.queue(for: path)
    }

    /// Opens the warehouse, runs `body`, and closes it.
    ///
    /// The session's time zone is UTC. Reading an absent warehouse makes an empty one first.
    ///
    /// - Throws: ``StoreError`` when the file cannot be opened or stays locked; what `body` throws otherwise.
    package func withConnection<Result: Sendable>(
        readOnly: Bool = false,
        _ body: @escaping @Sendable (DuckDBConnection) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.async {
                continuation.resume(with: Swift.Result { try self.run(readOnly: readOnly, body) })
            }
        }
    }

    private func run<Result>(readOnly: Bool, _ body: (DuckDBConnection) throws -> Result) throws -> Result {
        if !FileManager.default.fileExists(atPath: self.path) {
            let folder = URL(fileURLWithPath: self.path).deletingLastPathComponent().path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            if readOnly { try self.open(readOnly: false).close() }
        }
        let database = try self.open(readOnly: readOnly)
        defer { database.close() }
        let connection = try database.connect()
        try connection.execute("SET TimeZone = 'UTC'")
        if let predictionsDirectory { try PredictionsView.create(over: predictionsDirectory, on: connection) }
        return try body(connection)
    }

    private func open(readOnly: Bool) throws -> DuckDBDatabase {
        let clock = ContinuousClock()
        let deadline = clock.now + self.lockWait
        while true {
            do {
                return try DuckDBDatabase(
                    path: self.path,
                    readOnly: readOnly,
                    options: self.options,
                    locator: self.locator
                )
            } catch {
                guard error.message.contains("lock") else { throw error }
                guard clock.now < deadline else {
                    throw StoreError(
                        .warehouseLocked,
                        "the warehouse '\(self.path)' is in use by another process and stayed so for "
                            + "\(self.lockWait.components.seconds) s; let that command end, then try again",
                        underlying: error
                    )
                }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}

/// One queue for each warehouse file of the process.
///
/// Kept for the process, not for a session: two sessions on one file would otherwise open it twice, and the file lock
/// does not hold off the process that has it.
private enum WarehouseQueues {
    private static let queues = Mutex<[String: DispatchQueue]>([:])

    static func queue(for path: String) -> DispatchQueue {
        let key = URL(fileURLWithPath: path).standardizedFileURL.path
        return self.queues.withLock { queues in
            if let queue = queues[key] { return queue }
            let queue = DispatchQueue(label: "martlet.warehouse")
            queues[key] = queue
            return queue
        }
    }
}
