import Dispatch
package import Foundation
package import MartletCore
import MartletServing

/// The prediction log as JSON lines in `predictions/<day>-<process>-<n>.jsonl`.
///
/// One process writes its own files; a new one is begun each UTC day and at a size. Every append is forced to disk
/// before it counts, on a thread of its own, so that no request waits for it.
package final class PredictionSegments: PredictionSink {
    /// Where and how large; touched only on ``queue``.
    // Safe because it is only touched inside blocks of the serial queue.
    private final class State: @unchecked Sendable {
        var day = ""
        var number = 0
        var handle: FileHandle?
        var byteCount: UInt64 = 0
    }

    private let directory: URL
    private let process: String
    private let byteLimit: UInt64
    private let queue = DispatchQueue(label: "martlet.prediction-log")
    private let state = State()

    /// Writes into `directory`, which is made when it is missing.
    ///
    /// `process` tells the files of processes apart, such as the process id and start time (letters, digits, `_`);
    /// from `byteLimit` bytes on, 64 MiB unless given, the next file is begun.
    package init(directory: URL, process: String, byteLimit: UInt64 = 67_108_864) {
        self.directory = directory
        self.process = process
        self.byteLimit = byteLimit
    }

    package func append(_ lines: [UInt8], at now: EventTime) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            self.queue.async {
                continuation.resume(with: Result { try self.write(Data(lines), day: now.day) })
            }
        }
    }

    private func write(_ data: Data, day: String) throws {
        do {
            let state = self.state
            let handle = try self.handle(state, day)
            do {
                try handle.write(contentsOf: data)
                try handle.synchronize()
                state.byteCount += UInt64(data.count)
            } catch {
                // Takes back a part that was written, so that the next try does not double it.
                try? handle.truncate(atOffset: state.byteCount)
                throw error
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(
                .predictionLogFailed,
                "The prediction log in \(self.directory.path) cannot be written; check the folder's rights and the "
                    + "free space of its disk.",
                underlying: error
            )
        }
    }

    /// The open file of `day`, or a new one when the day changed or the file is full.
    private func handle(_ state: State, _ day: String) throws -> FileHandle {
        if let handle = state.handle, state.day == day, state.byteCount < self.byteLimit { return handle }
        try? state.handle?.close()
        state.handle = nil
        state.number = state.day == day ? state.number + 1 : 1
        state.day = day
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        let url = self.directory.appendingPathComponent("\(day)-\(self.process)-\(state.number).jsonl")
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw StoreError(
                .predictionLogFailed,
                "The prediction log file \(url.path) cannot be created; check the folder's rights and free space."
            )
        }
        let handle = try FileHandle(forWritingTo: url)
        state.handle = handle
        state.byteCount = 0
        return handle
    }
}

extension ErrorCode {
    /// The prediction log cannot be written or read.
    package static let predictionLogFailed = ErrorCode("log.failed")
}
