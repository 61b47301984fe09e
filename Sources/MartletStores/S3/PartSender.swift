import Foundation
import MartletCore
import MartletTracking

/// Sends the parts of one file, several at a time, and keeps what names the whole.
struct PartSender {
    let store: S3ArtifactStore
    let upload: ArtifactUpload
    let attempt: String
    private(set) var parts: [ArtifactPart] = []
    private(set) var byteCount: Int64 = 0
    private var hasher = ContentHasher()
    private var crc = CRC32()

    init(store: S3ArtifactStore, upload: ArtifactUpload, attempt: String) {
        self.store = store
        self.upload = upload
        self.attempt = attempt
    }

    /// The hash of all bytes sent.
    var hash: ContentHash { self.hasher.finalize() }
    /// Their CRC-32 in base64.
    var checksum: String { self.crc.base64 }

    /// Sends `first`, then what `batches` bring; waits for the network before it asks for more.
    mutating func send<Pieces: AsyncSequence>(
        _ first: [Data],
        then batches: inout PieceBatches<Pieces>
    ) async throws {
        var number = 0
        var running: [Task<ArtifactPart, any Error>] = []
        defer { for task in running { task.cancel() } }
        var waiting = first[...]
        while true {
            var batch = waiting.popFirst()
            if batch == nil { batch = try await batches.next() }
            guard let batch else { break }
            number += 1
            guard number <= ArtifactUpload.partLimit else {
                throw TrackingError(
                    .artifactFailed,
                    "could not \(self.attempt): it is larger than \(ArtifactUpload.partLimit) parts of "
                        + "\(self.store.partByteCount >> 20) MiB; store it from a file, whose size is known before"
                )
            }
            self.hasher.update(batch)
            self.crc.update(batch)
            self.byteCount += Int64(batch.count)
            if running.count >= S3ArtifactStore.partsInFlight {
                self.parts.append(try await running.removeFirst().value)
            }
            let (store, upload, attempt, part) = (self.store, self.upload, self.attempt, number)
            running.append(Task { try await store.send(batch, as: part, of: upload, attempt) })
        }
        while !running.isEmpty { self.parts.append(try await running.removeFirst().value) }
    }
}
