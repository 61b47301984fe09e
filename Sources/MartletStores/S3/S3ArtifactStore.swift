import Foundation
import MartletCore
package import MartletTracking
import NIOHTTP1

/// Artifacts as objects of a store that speaks S3: AWS, Google's interoperability API, MinIO, R2, Ceph.
///
/// - An object appears when its last byte has arrived: small files by one request, larger ones by an upload in parts that
///   becomes visible when it is completed.
/// - Every request signs the hash of its body, so the store refuses bytes that changed on the way. The hash of a file is
///   kept as metadata where it is known before the upload, and a CRC-32 where the store offers checksums; what is read
///   whole is compared with them.
/// - At most `partsInFlight` parts are on their way at a time.
package struct S3ArtifactStore: ArtifactStore {
    let client: S3Client
    /// Bytes of one part of an upload, and the largest file that one request stores.
    let partByteCount: Int
    let work = BlockingWork("martlet.s3", threadLimit: 4)

    /// How many parts of one file are sent at the same time.
    static let partsInFlight = 3
    static let pieceByteCount = 1 << 20
    static let hashName = "x-amz-meta-martlet-sha256"
    static let uploadName = "x-amz-meta-martlet-upload"
    static let checksumName = "x-amz-checksum-crc32"

    /// Keeps artifacts at the client's location; parts hold `partByteCount` bytes, at least 5 MiB as S3 wants them.
    package init(_ client: S3Client, partByteCount: Int = 8 << 20) {
        self.client = client
        self.partByteCount = max(partByteCount, ArtifactUpload.smallestPartByteCount)
    }

    /// Where the artifacts lie, for people.
    package var uri: String { self.client.location.uri }

    package func entry(at path: ArtifactPath) async throws(TrackingError) -> ArtifactEntry? {
        let attempt = "look at the artifact '\(path)'"
        if let head = try await self.head(path, attempt) {
            return ArtifactEntry(path: path, isFolder: false, byteCount: head.byteCount)
        }
        let prefix = self.client.location.folderKey(of: path)
        let page = try await self.page(of: prefix, attempt, extra: [("max-keys", "1")])
        return page.objects.isEmpty ? nil : ArtifactEntry(path: path, isFolder: true, byteCount: nil)
    }

    package func list(_ folder: ArtifactPath?) async throws(TrackingError) -> [ArtifactEntry] {
        let attempt = "list the artifacts\(folder.map { " of '\($0)'" } ?? "")"
        let prefix = self.client.location.folderKey(of: folder)
        var entries: [ArtifactEntry] = []
        var token: String?
        repeat {
            let page = try await self.page(of: prefix, attempt, extra: [("delimiter", "/")], token: token)
            // Names that no artifact can have, such as the marker of the folder itself, are passed over.
            entries += page.objects.compactMap { object in
                self.path(String(object.key.dropFirst(prefix.count)), in: folder)
                    .map { ArtifactEntry(path: $0, isFolder: false, byteCount: object.byteCount) }
            }
            entries += page.folders.compactMap { key in
                self.path(String(key.dropFirst(prefix.count).dropLast()), in: folder)
                    .map { ArtifactEntry(path: $0, isFolder: true, byteCount: nil) }
            }
            token = page.next
        } while token != nil
        return entries.sorted { $0.path.description < $1.path.description }
    }

    package func delete(_ path: ArtifactPath) async throws(TrackingError) {
        let attempt = "delete the artifact '\(path)'"
        let prefix = self.client.location.folderKey(of: path)
        do {
            // What was deleted is gone from the listing, so each turn asks for its beginning.
            while true {
                let page = try await self.page(of: prefix, attempt)
                try await self.remove(page.objects.map(\.key), attempt)
                if page.next == nil { break }
            }
            try await self.remove([self.client.location.key(of: path)], attempt)
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    /// Deletes objects one by one, eight at a time; not every store takes many in one request.
    private func remove(_ keys: [String], _ attempt: String) async throws {
        let client = self.client
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, key) in keys.enumerated() {
                if index >= 8 { try await group.next() }
                group.addTask {
                    do {
                        _ = try await client.send(S3Request(method: "DELETE", key: key, attempt: attempt))
                    } catch let fault as S3Fault where fault.isMissing {
                        return
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func path(_ name: String, in folder: ArtifactPath?) -> ArtifactPath? {
        try? folder.map { try $0.appending(name) } ?? ArtifactPath(name)
    }

    /// What the store says about an object without sending it.
    struct Head: Sendable {
        let byteCount: Int64
        let hash: ContentHash?
        let uploadID: String?
        let entityTag: String?
    }

    /// Asks for an object's size and metadata; `nil` when there is none.
    func head(_ path: ArtifactPath, _ attempt: String) async throws(TrackingError) -> Head? {
        do {
            let request = S3Request(method: "HEAD", key: self.client.location.key(of: path), attempt: attempt)
            let headers = try await self.client.send(request).headers
            return Head(
                byteCount: headers.first(name: "content-length").flatMap { Int64($0) } ?? 0,
                hash: headers.first(name: Self.hashName).flatMap { ContentHash(hex: $0) },
                uploadID: headers.first(name: Self.uploadName),
                entityTag: headers.first(name: "etag")
            )
        } catch let fault as S3Fault where fault.isMissing {
            return nil
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    /// One page of a listing.
    struct Page: Sendable {
        let objects: [(key: String, byteCount: Int64)]
        let folders: [String]
        /// Where the next page begins; `nil` at the end.
        let next: String?
    }

    func page(
        of prefix: String,
        _ attempt: String,
        extra: [(name: String, value: String)] = [],
        token: String? = nil
    ) async throws(TrackingError) -> Page {
        var query: [(name: String, value: String)] = [
            ("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix),
        ]
        query += extra
        if let token { query.append(("continuation-token", token)) }
        do {
            let answer = try await self.client.send(S3Request(method: "GET", key: nil, query: query, attempt: attempt))
            guard let document = S3Document(answer.body), document.name == "ListBucketResult" else {
                throw Self.unreadable(attempt, self.client.location)
            }
            let isEncoded = document.text("EncodingType") == "url"
            func key(_ text: String?) -> String {
                let text = text ?? ""
                return isEncoded ? PercentCoding.decode(text.replacing("+", with: " ")) : text
            }
            return Page(
                objects: document.all("Contents")
                    .map { (key($0.text("Key")), $0.text("Size").flatMap { Int64($0) } ?? 0) },
                folders: document.all("CommonPrefixes").map { key($0.text("Prefix")) },
                next: document.text("IsTruncated") == "true" ? document.text("NextContinuationToken") : nil
            )
        } catch {
            throw self.client.error(error, attempt)
        }
    }

    static func unreadable(_ attempt: String, _ location: S3Location) -> TrackingError {
        TrackingError(
            .artifactFailed,
            "could not \(attempt): '\(location.endpoint)' answered something else than S3 does; check 'endpoint'"
        )
    }
}
