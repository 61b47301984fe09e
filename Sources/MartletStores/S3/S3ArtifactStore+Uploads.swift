package import Foundation
package import MartletCore
package import MartletTracking

/// Uploads in parts that others drive, such as clients with presigned addresses.
extension S3ArtifactStore {
    /// The most bytes of a part that goes through Martlet; larger ones take presigned addresses.
    static let partLimit = 64 << 20

    package func beginUpload(at path: ArtifactPath) async throws(TrackingError) -> ArtifactUpload {
        let attempt = "begin an upload of the artifact '\(path)'"
        let request = S3Request(
            method: "POST",
            key: self.client.location.key(of: path),
            query: [("uploads", "")],
            attempt: attempt
        )
        do {
            guard let id = S3Document(try await self.client.send(request).body)?.text("UploadId"), !id.isEmpty else {
                throw Self.unreadable(attempt, self.client.location)
            }
            return ArtifactUpload(id: id, path: path)
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    package func putPart<Pieces: AsyncSequence & Sendable>(
        _ number: Int,
        of upload: ArtifactUpload,
        pieces: Pieces
    ) async throws(TrackingError) -> String where Pieces.Element == Data {
        let attempt = "store part \(number) of the artifact '\(upload.path)'"
        guard (1...ArtifactUpload.partLimit).contains(number) else {
            throw TrackingError(
                .invalidUpload,
                "part \(number) of the artifact '\(upload.path)' is not 1 to \(ArtifactUpload.partLimit)"
            )
        }
        do {
            var batches = PieceBatches(pieces, byteCount: Self.partLimit)
            let bytes = try await batches.next() ?? Data()
            guard try await batches.next() == nil else {
                throw TrackingError(
                    .invalidUpload,
                    "part \(number) of the artifact '\(upload.path)' is larger than \(Self.partLimit >> 20) MiB; send "
                        + "smaller parts, or send them to presigned addresses"
                )
            }
            return try await self.send(bytes, as: number, of: upload, attempt).tag
        } catch {
            throw self.uploadError(error, upload, attempt)
        }
    }

    package func completeUpload(
        _ upload: ArtifactUpload,
        parts: [ArtifactPart]
    ) async throws(TrackingError) {
        let attempt = "complete the upload of the artifact '\(upload.path)'"
        guard !parts.isEmpty, Set(parts.map(\.number)).count == parts.count else {
            throw TrackingError(
                .invalidUpload,
                "the upload of the artifact '\(upload.path)' names no parts, or one twice; name each part once"
            )
        }
        do {
            try await self.complete(upload, parts, [], attempt)
        } catch {
            throw self.uploadError(error, upload, attempt)
        }
    }

    package func abortUpload(_ upload: ArtifactUpload) async throws(TrackingError) {
        let request = Self.abort(upload, self.client.location)
        do {
            _ = try await self.client.send(request)
        } catch let fault as S3Fault where fault.status == 404 {
            return
        } catch {
            throw self.client.error(error, request.attempt)
        }
    }

    package func presigned(
        _ operation: ArtifactOperation,
        lifetime: TimeSpan
    ) async throws(TrackingError) -> PresignedRequest? {
        let location = self.client.location
        let request =
            switch operation {
            case .read(let path):
                S3Request(method: "GET", key: location.key(of: path), attempt: "read the artifact '\(path)'")
            case .write(let path):
                S3Request(method: "PUT", key: location.key(of: path), attempt: "store the artifact '\(path)'")
            case .writePart(let number, let upload):
                S3Request(
                    method: "PUT",
                    key: location.key(of: upload.path),
                    query: [("partNumber", String(number)), ("uploadId", upload.id)],
                    attempt: "store part \(number) of the artifact '\(upload.path)'"
                )
            }
        return PresignedRequest(
            method: request.method,
            url: try await self.client.presign(request, lifetime: lifetime)
        )
    }

    @discardableResult
    package func removeUnfinished(before time: EventTime) async throws(TrackingError) -> Int {
        let attempt = "remove unfinished uploads"
        do {
            var count = 0
            for upload in try await self.unfinishedUploads(before: time, attempt) {
                guard try await self.isIdle(upload, since: time, attempt) else { continue }
                try await self.abortUpload(upload)
                count += 1
            }
            return count
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    private func unfinishedUploads(before time: EventTime, _ attempt: String) async throws -> [ArtifactUpload] {
        let prefix = self.client.location.folderKey(of: nil)
        var uploads: [ArtifactUpload] = []
        var marker: [(name: String, value: String)] = []
        while true {
            let query: [(name: String, value: String)] = [("uploads", ""), ("prefix", prefix)] + marker
            let answer = try await self.client.send(S3Request(method: "GET", key: nil, query: query, attempt: attempt))
            guard let document = S3Document(answer.body) else { throw Self.unreadable(attempt, self.client.location) }
            uploads += document.all("Upload")
                .compactMap { upload in
                    guard let id = upload.text("UploadId"), let key = upload.text("Key"), key.hasPrefix(prefix),
                        let path = try? ArtifactPath(String(key.dropFirst(prefix.count))),
                        let begun = upload.text("Initiated").flatMap(EventTime.init(iso8601:)), begun < time
                    else { return nil }
                    return ArtifactUpload(id: id, path: path)
                }
            guard document.text("IsTruncated") == "true", let key = document.text("NextKeyMarker") else {
                return uploads
            }
            marker = [("key-marker", key), ("upload-id-marker", document.text("NextUploadIdMarker") ?? "")]
        }
    }

    /// Whether no part was stored since `time`.
    private func isIdle(_ upload: ArtifactUpload, since time: EventTime, _ attempt: String) async throws -> Bool {
        var marker = "0"
        while true {
            let request = S3Request(
                method: "GET",
                key: self.client.location.key(of: upload.path),
                query: [("uploadId", upload.id), ("part-number-marker", marker)],
                attempt: attempt
            )
            let document: S3Document?
            do {
                document = S3Document(try await self.client.send(request).body)
            } catch let fault as S3Fault where fault.status == 404 {
                return false
            }
            guard let document else { throw Self.unreadable(attempt, self.client.location) }
            let times = document.all("Part").compactMap { $0.text("LastModified").flatMap(EventTime.init(iso8601:)) }
            if times.contains(where: { $0 >= time }) { return false }
            guard document.text("IsTruncated") == "true", let next = document.text("NextPartNumberMarker") else {
                return true
            }
            marker = next
        }
    }

    private func uploadError(_ error: any Error, _ upload: ArtifactUpload, _ attempt: String) -> TrackingError {
        guard let fault = error as? S3Fault else { return self.client.error(error, attempt) }
        switch fault.code {
        case "NoSuchUpload":
            return TrackingError(
                .uploadNotFound,
                "no upload of that id for the artifact '\(upload.path)' is under way; begin a new one"
            )
        case "InvalidPart", "InvalidPartOrder":
            return TrackingError(
                .invalidUpload,
                "a part of the artifact '\(upload.path)' is not stored under that tag; send it again"
            )
        case "EntityTooSmall":
            return TrackingError(
                .invalidUpload,
                "a part of the artifact '\(upload.path)' that is not the last is smaller than "
                    + "\(ArtifactUpload.smallestPartByteCount >> 20) MiB; send larger parts"
            )
        default: return self.client.error(error, attempt)
        }
    }
}
