package import Foundation
package import MartletCore
package import MartletTracking
import NIOHTTP1

/// Writing: one request for small files, an upload in parts for larger ones and for streams.
extension S3ArtifactStore {
    @discardableResult
    package func put(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        guard bytes.count > self.partByteCount else { return try await self.putWhole(bytes, at: path) }
        let hash = ContentHash(of: bytes)
        return try await self.putParts(
            DataPieces(bytes: bytes),
            at: path,
            known: hash,
            partByteCount: self.partByteCount
        )
    }

    @discardableResult
    package func put(file localPath: String, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        let attempt = "store the file '\(localPath)' as the artifact '\(path)'"
        do {
            let file = LocalFilePieces(path: localPath, pieceByteCount: Self.pieceByteCount, work: self.work)
            let (byteCount, hash) = try await file.measure()
            guard byteCount > self.partByteCount else {
                var bytes = Data()
                for try await piece in file { bytes.append(piece) }
                return try await self.putWhole(bytes, at: path)
            }
            // As many bytes in a part as it takes to stay within the number of parts, in whole MiB.
            let least = (byteCount + ArtifactUpload.partLimit - 1) / ArtifactUpload.partLimit
            let partByteCount = max(
                self.partByteCount,
                (least + Self.pieceByteCount - 1) / Self.pieceByteCount * Self.pieceByteCount
            )
            let stored = try await self.putParts(file, at: path, known: hash, partByteCount: partByteCount)
            return stored
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    @discardableResult
    package func put<Pieces: AsyncSequence & Sendable>(
        pieces: Pieces,
        at path: ArtifactPath
    ) async throws(TrackingError) -> ContentHash where Pieces.Element == Data {
        try await self.putParts(pieces, at: path, known: nil, partByteCount: self.partByteCount)
    }

    private func putWhole(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        let attempt = "store the artifact '\(path)'"
        let hash = ContentHash(of: bytes)
        var request = S3Request(method: "PUT", key: self.client.location.key(of: path), attempt: attempt)
        request.headers = [
            .init(Self.hashName, hash.description),
            .init("x-amz-checksum-sha256", Self.base64(of: hash)),
        ]
        request.body = bytes
        do {
            _ = try await self.client.send(request)
            return hash
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    /// Stores `pieces` in parts; a stream that fits into one part is stored by one request.
    ///
    /// `known` is the hash of all bytes when it is known before; a stream that turns out to be another is refused.
    private func putParts<Pieces: AsyncSequence & Sendable>(
        _ pieces: Pieces,
        at path: ArtifactPath,
        known: ContentHash?,
        partByteCount: Int
    ) async throws(TrackingError) -> ContentHash where Pieces.Element == Data {
        let attempt = "store the artifact '\(path)'"
        do {
            var batches = PieceBatches(pieces, byteCount: partByteCount)
            let first = try await batches.next() ?? Data()
            guard first.count == partByteCount, let second = try await batches.next() else {
                return try await self.putWhole(first, at: path)
            }
            let upload = try await self.begin(path, known: known, attempt)
            do {
                var sender = PartSender(store: self, upload: upload.upload, attempt: attempt)
                try await sender.send([first, second], then: &batches)
                if let known, known != sender.hash { throw Self.changed(path) }
                try await self.complete(upload, sender, attempt)
                return sender.hash
            } catch {
                // An upload that is given up costs money until it is aborted.
                let client = self.client
                await Task { _ = try? await client.send(Self.abort(upload.upload, client.location)) }.value
                throw error
            }
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    /// An upload as the store began it.
    struct BegunUpload: Sendable {
        let upload: ArtifactUpload
        /// Our own mark on the object, by which it is known again.
        let mark: String
        /// Whether the store takes a checksum of the whole object.
        let takesChecksum: Bool
    }

    func begin(
        _ path: ArtifactPath,
        known: ContentHash?,
        _ attempt: String
    ) async throws -> BegunUpload {
        let mark = UUID().uuidString.lowercased()
        var request = S3Request(
            method: "POST",
            key: self.client.location.key(of: path),
            query: [("uploads", "")],
            attempt: attempt
        )
        let headers =
            [SigV4Request.Header(Self.uploadName, mark)] + (known.map { [.init(Self.hashName, $0.description)] } ?? [])
        request.headers =
            headers + [.init("x-amz-checksum-algorithm", "CRC32"), .init("x-amz-checksum-type", "FULL_OBJECT")]
        let answer: S3Client.Answer
        do {
            answer = try await self.client.send(request)
        } catch let fault as S3Fault where fault.status == 400 || fault.status == 501 {
            // An older store that does not know these checksums; parts are still guarded by their signed hashes.
            request.headers = headers
            answer = try await self.client.send(request)
        }
        guard let id = S3Document(answer.body)?.text("UploadId"), !id.isEmpty else {
            throw Self.unreadable(attempt, self.client.location)
        }
        return BegunUpload(
            upload: ArtifactUpload(id: id, path: path),
            mark: mark,
            takesChecksum: answer.headers.first(name: "x-amz-checksum-type") == "FULL_OBJECT"
        )
    }

    private func complete(_ begun: BegunUpload, _ sender: PartSender, _ attempt: String) async throws {
        let headers: [SigV4Request.Header] =
            begun.takesChecksum
            ? [.init(Self.checksumName, sender.checksum), .init("x-amz-checksum-type", "FULL_OBJECT")] : []
        do {
            try await self.complete(begun.upload, sender.parts, headers, attempt)
        } catch {
            // The answer to a completion may be lost; then the object with our mark tells that it was done.
            let head = try? await self.head(begun.upload.path, attempt)
            guard head?.uploadID == begun.mark, head?.byteCount == sender.byteCount else { throw error }
        }
    }

    /// Names the parts to the store, which makes them one object.
    func complete(
        _ upload: ArtifactUpload,
        _ parts: [ArtifactPart],
        _ headers: [SigV4Request.Header],
        _ attempt: String
    ) async throws {
        let list = parts.sorted { $0.number < $1.number }
            .map { part in
                "<Part><PartNumber>\(part.number)</PartNumber><ETag>\"\(S3Document.escape(part.tag))\"</ETag></Part>"
            }
        var request = S3Request(
            method: "POST",
            key: self.client.location.key(of: upload.path),
            query: [("uploadId", upload.id)],
            attempt: attempt
        )
        request.headers = headers
        request.body = Data(
            ("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + list.joined()
                + "</CompleteMultipartUpload>")
                .utf8
        )
        let answer = try await self.client.send(request)
        // The store answers 200 before it knows, and may write an error into the body.
        guard let document = S3Document(answer.body), document.name != "Error" else {
            throw S3Fault(status: 500, body: answer.body) { _ in nil }
        }
    }

    static func abort(_ upload: ArtifactUpload, _ location: S3Location) -> S3Request {
        S3Request(
            method: "DELETE",
            key: location.key(of: upload.path),
            query: [("uploadId", upload.id)],
            attempt: "abort the upload of the artifact '\(upload.path)'"
        )
    }

    /// Sends one part and returns its tag.
    func send(_ bytes: Data, as number: Int, of upload: ArtifactUpload, _ attempt: String) async throws -> ArtifactPart
    {
        var request = S3Request(
            method: "PUT",
            key: self.client.location.key(of: upload.path),
            query: [("partNumber", String(number)), ("uploadId", upload.id)],
            attempt: attempt
        )
        request.body = bytes
        guard let tag = try await self.client.send(request).headers.first(name: "etag") else {
            throw Self.unreadable(attempt, self.client.location)
        }
        return ArtifactPart(number: number, tag: tag)
    }

    /// The hash as headers of checksums carry it.
    private static func base64(of hash: ContentHash) -> String {
        let digits = Array(hash.description.utf8)
        let values = digits.map { $0 < UInt8(ascii: "a") ? $0 - UInt8(ascii: "0") : $0 - UInt8(ascii: "a") + 10 }
        return Data(stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] })
            .base64EncodedString()
    }

    private static func changed(_ path: ArtifactPath) -> TrackingError {
        TrackingError(
            .artifactFailed,
            "could not store the artifact '\(path)': the file changed while it was read; store it again when it is whole"
        )
    }
}
