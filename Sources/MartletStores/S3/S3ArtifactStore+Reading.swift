import AsyncHTTPClient
package import Foundation
package import MartletCore
package import MartletTracking
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Reading: one request, and one more from where it stopped whenever the connection breaks.
extension S3ArtifactStore {
    package func read(_ path: ArtifactPath) async throws(TrackingError) -> Data {
        var bytes = Data()
        try await self.read(path, range: nil) { bytes.append($0) }
        return bytes
    }

    package func hash(of path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        let attempt = "read the artifact '\(path)'"
        guard let head = try await self.head(path, attempt) else { throw Self.missing(path) }
        if let hash = head.hash { return hash }
        var hasher = ContentHasher()
        try await self.read(path, range: nil) { hasher.update($0) }
        return hasher.finalize()
    }

    package func read(
        _ path: ArtifactPath,
        range: Range<Int64>?,
        into receive: (Data) async throws -> Void
    ) async throws(TrackingError) {
        let attempt = "read the artifact '\(path)'"
        let bounds = range.map { max(0, $0.lowerBound)..<max(0, $0.upperBound) }
        if let bounds, bounds.isEmpty {
            guard try await self.head(path, attempt) != nil else { throw Self.missing(path) }
            return
        }
        var download = Download(path: path, range: bounds, isWhole: range == nil)
        do {
            while true {
                guard let response = try await self.open(download, attempt) else { return }
                try download.begin(response)
                var isBroken = false
                do {
                    try await self.pass(response, &download, to: receive)
                } catch let stop as ReceiverStopped {
                    throw stop.reason
                } catch {
                    // The connection broke: what is left is asked for again, as long as each turn brings something.
                    try Task.checkCancellation()
                    guard download.hasMoved else { throw error }
                    isBroken = true
                }
                // Outside of the catch above: bytes that are not the stored ones are not asked for again.
                if isBroken ? download.hasEveryByte : download.isComplete {
                    return try download.check(self.client.location)
                }
                guard download.hasMoved else {
                    throw TrackingError(
                        .artifactFailed,
                        "could not \(attempt): '\(self.client.location.endpoint)' sends less than it says; try again"
                    )
                }
            }
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    /// Asks for what is left of `download`; `nil` when the range begins behind the end.
    private func open(_ download: Download, _ attempt: String) async throws -> HTTPClientResponse? {
        var request = S3Request(method: "GET", key: self.client.location.key(of: download.path), attempt: attempt)
        request.headers = download.headers
        do {
            return try await self.client.open(request)
        } catch let fault as S3Fault {
            if fault.status == 416 { return nil }
            if fault.status == 412 {
                throw TrackingError(
                    .artifactFailed,
                    "could not \(attempt): it was replaced while it was read; read it again"
                )
            }
            throw fault.isMissing ? Self.missing(download.path) : fault
        }
    }

    private func pass(
        _ response: HTTPClientResponse,
        _ download: inout Download,
        to receive: (Data) async throws -> Void
    ) async throws {
        for try await var buffer in response.body {
            while buffer.readableBytes > 0 {
                let count = min(buffer.readableBytes, Self.pieceByteCount)
                guard let piece = buffer.readData(length: count) else { break }
                download.take(piece)
                do {
                    try await receive(piece)
                } catch {
                    throw ReceiverStopped(reason: error)
                }
            }
        }
    }

    static func missing(_ path: ArtifactPath) -> TrackingError {
        TrackingError(.artifactNotFound, "no artifact '\(path)' is stored")
    }
}

/// The receiver of the bytes threw; asking for them again would not help.
private struct ReceiverStopped: Error {
    let reason: any Error
}

/// How far the reading of one object has come, over as many connections as it takes.
private struct Download {
    let path: ArtifactPath
    private let range: Range<Int64>?
    private let isWhole: Bool
    private var taken: Int64 = 0
    private var expected: Int64?
    private var takenBefore: Int64 = 0
    private var entityTag: String?
    private var hash: ContentHash?
    private var checksum: String?
    private var hasher = ContentHasher()
    private var crc = CRC32()

    init(path: ArtifactPath, range: Range<Int64>?, isWhole: Bool) {
        self.path = path
        self.range = range
        self.isWhole = isWhole
    }

    /// The headers that ask for what is left, of the same object as before.
    var headers: [SigV4Request.Header] {
        var headers = [SigV4Request.Header("x-amz-checksum-mode", "ENABLED")]
        let start = (self.range?.lowerBound ?? 0) + self.taken
        if self.range != nil || start > 0 {
            // The upper bound may be anything up to the largest number; the store holds it at the object's end.
            let end = self.range.map { String($0.upperBound - 1) } ?? ""
            headers.append(.init("Range", "bytes=\(start)-\(end)"))
        }
        if let entityTag { headers.append(.init("If-Match", entityTag)) }
        return headers
    }

    /// Notes what an answer says about the object.
    mutating func begin(_ response: HTTPClientResponse) throws {
        self.takenBefore = self.taken
        let length = response.headers.first(name: "content-length").flatMap { Int64($0) }
        if self.expected == nil, let length { self.expected = length }
        guard self.entityTag == nil else { return }
        self.entityTag = response.headers.first(name: "etag")
        self.hash = response.headers.first(name: S3ArtifactStore.hashName).flatMap { ContentHash(hex: $0) }
        self.checksum =
            Self.isOfWhole(response.headers) ? response.headers.first(name: S3ArtifactStore.checksumName) : nil
    }

    /// Whether the checksum in `headers` is that of the object's bytes.
    ///
    /// Of an object that was uploaded in parts it is by default the checksum of the parts' checksums. Stores that do not say
    /// which it is are known by the number of parts at the end of the entity tag.
    private static func isOfWhole(_ headers: HTTPHeaders) -> Bool {
        if let type = headers.first(name: "x-amz-checksum-type") { return type == "FULL_OBJECT" }
        return headers.first(name: "etag")?.contains("-") == false
    }

    mutating func take(_ piece: Data) {
        self.taken += Int64(piece.count)
        guard self.isWhole else { return }
        // One of both is enough; the hash is the stronger.
        if self.hash != nil { self.hasher.update(piece) } else if self.checksum != nil { self.crc.update(piece) }
    }

    /// Whether the last connection brought anything.
    var hasMoved: Bool { self.taken > self.takenBefore }

    /// Whether all bytes have come; without a length the end of the connection is the end.
    var isComplete: Bool { self.expected.map { self.taken >= $0 } ?? true }

    /// Whether as many bytes came as were announced.
    var hasEveryByte: Bool { self.expected.map { self.taken >= $0 } ?? false }

    /// Compares the bytes with what the store keeps about them.
    func check(_ location: S3Location) throws(TrackingError) {
        guard self.isWhole else { return }
        let isRight =
            if let hash { self.hasher.finalize() == hash } else { self.checksum.map { $0 == self.crc.base64 } ?? true }
        guard isRight else {
            throw TrackingError(
                .artifactDamaged,
                "the bytes of the artifact '\(self.path)' in '\(location.uri)' are not those that were stored: the "
                    + "checksum differs; read it again, and if it stays so restore it from a copy"
            )
        }
    }
}
