import AsyncHTTPClient
import Foundation
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Synchronization
import Testing

/// Artifacts in a real S3-speaking server, and behind a gateway that fails.
@Suite(.enabled(if: MotoServer.isAvailable, "moto is not installed; run scripts/setup-clients"), .serialized)
struct S3ArtifactStoreTests {
    @Test func `artifacts in a bucket keep the rules of an artifact store`() async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("artifacts")
            let store = S3ArtifactStore(try server.client(of: "artifacts"), partByteCount: 5 << 20)
            let violations = try await ArtifactStoreContract.violations(of: store)
            // moto fails with status 500 on an upload that it does not know, where S3 answers NoSuchUpload.
            let ofMoto = [
                "a completed upload is gone", "an aborted upload is gone", "an upload that was removed is gone",
            ]
            .map { "\($0): artifact.failed was thrown" }
            #expect(violations.filter { !ofMoto.contains($0) } == [])
            try await store.put(Data("x".utf8), at: ArtifactPath("a/b"))
            let whole = S3ArtifactStore(try server.client(of: "artifacts", prefix: ""))
            #expect(try await whole.list(nil).map(\.path.description) == ["team"])
        }
    }

    @Test func `other tools read what Martlet stores and Martlet reads what they store`() async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("shared")
            let store = S3ArtifactStore(try server.client(of: "shared", prefix: "m"), partByteCount: 5 << 20)
            let bytes = Data((0..<11_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            let hash = try await store.put(pieces: OnePiece(bytes: bytes), at: ArtifactPath("a/한글 file.bin"))
            let printed = try server.python(
                """
                import boto3, hashlib
                s3 = boto3.client("s3")
                body = s3.get_object(Bucket="shared", Key="m/a/한글 file.bin")["Body"].read()
                print(hashlib.sha256(body).hexdigest(), end="")
                s3.put_object(Bucket="shared", Key="m/b/theirs.txt", Body=b"theirs")
                s3.put_object(Bucket="shared", Key="m/b/", Body=b"")
                for n in range(1050): s3.put_object(Bucket="shared", Key=f"m/many/{n:04}", Body=b"x")
                """
            )
            #expect(printed == hash.description)
            #expect(try await store.read(ArtifactPath("b/theirs.txt")) == Data("theirs".utf8))
            #expect(try await store.list(ArtifactPath("b")).map(\.path.description) == ["b/theirs.txt"])
            #expect(try await store.list(ArtifactPath("many")).count == 1_050)
            try await store.delete(ArtifactPath("many"))
            #expect(try await store.entry(at: ArtifactPath("many")) == nil)
        }
    }

    @Test func `a presigned address reads, writes and uploads parts without a key`() async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("signed")
            let store = S3ArtifactStore(try server.client(of: "signed"))
            let path = try ArtifactPath("run/모델 1.txt")
            try await Self.use(store.presigned(.write(path), lifetime: .seconds(60)), Data("signed".utf8))
            #expect(try await store.read(path) == Data("signed".utf8))
            let read = try await Self.use(store.presigned(.read(path), lifetime: .seconds(60)))
            #expect(read.body == Data("signed".utf8))
            let upload = try await store.beginUpload(at: path)
            var parts: [ArtifactPart] = []
            for number in 1...2 {
                let bytes = Data(repeating: UInt8(number), count: 5 << 20)
                let address = try await store.presigned(.writePart(number: number, of: upload), lifetime: .seconds(60))
                let tag = try await Self.use(address, bytes).headers.first(name: "etag")
                parts.append(ArtifactPart(number: number, tag: try #require(tag)))
            }
            try await store.completeUpload(upload, parts: parts)
            #expect(try await store.entry(at: path)?.byteCount == 10 << 20)
        }
    }

    @Test func `requests that fail for a moment are sent again`() async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("flaky")
            // Every request fails once, in turn by a busy store and by a lost answer.
            let gateway = FaultyGateway(before: server.address) { line, earlier in
                if earlier > 0 { return .none }
                return line.hasPrefix("POST") || line.utf8.count.isMultiple(of: 2) ? .status(503) : .lostAnswer
            }
            try await gateway.run { address in
                let store = S3ArtifactStore(try server.client(of: "flaky", at: address), partByteCount: 5 << 20)
                let path = try ArtifactPath("a/b")
                let bytes = Data(repeating: 7, count: 12 << 20)
                let hash = try await store.put(pieces: OnePiece(bytes: bytes), at: path)
                #expect(try await store.hash(of: path) == hash)
                #expect(try await store.list(ArtifactPath("a")).count == 1)
                try await store.delete(path)
                #expect(try await store.entry(at: path) == nil)
            }
        }
    }

    @Test func `a completion whose answer is lost is found to have happened`() async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("lost")
            let gateway = FaultyGateway(before: server.address) { line, earlier in
                line.hasPrefix("POST") && line.contains("uploadId") && earlier == 0 ? .lostAnswer : .none
            }
            try await gateway.run { address in
                let store = S3ArtifactStore(try server.client(of: "lost", at: address), partByteCount: 5 << 20)
                let path = try ArtifactPath("a/b")
                let bytes = Data(repeating: 7, count: 12 << 20)
                try await store.put(pieces: OnePiece(bytes: bytes), at: path)
                #expect(try await store.read(path) == bytes)
            }
        }
    }

    @Test func `a store that stays down is an error that names it`() async throws {
        try await MotoServer.run { server in
            let gateway = FaultyGateway(before: server.address) { _, _ in .status(503) }
            try await gateway.run { address in
                let store = S3ArtifactStore(try server.client(of: "down", at: address))
                let error = await #expect(throws: TrackingError.self) {
                    try await store.put(Data("x".utf8), at: ArtifactPath("a"))
                }
                #expect(error?.code == .artifactFailed)
                let expected =
                    "could not store the artifact 'a': '\(address)' answered with status 503; try again later"
                #expect(error?.message == expected)
                #expect(gateway.seen.withLock(\.count) == 4)
            }
        }
        let closed = MotoServer(address: "http://127.0.0.1:1")
        let error = await #expect(throws: TrackingError.self) {
            _ = try await S3ArtifactStore(closed.client(of: "none")).read(ArtifactPath("a"))
        }
        #expect(error?.message.contains("'http://127.0.0.1:1' did not answer in 4 tries") == true)
    }

    @Test func `a download that is cut goes on where it stopped`() async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("cut")
            let path = try ArtifactPath("large")
            let bytes = Data((0..<9_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) })
            try await S3ArtifactStore(server.client(of: "cut")).put(bytes, at: path)
            let gets = Mutex(0)
            let gateway = FaultyGateway(before: server.address) { line, _ in
                guard line.hasPrefix("GET") else { return .none }
                return gets.withLock { count in
                    count += 1
                    return count.isMultiple(of: 4) ? .none : .cut(2_000_000)
                }
            }
            try await gateway.run { address in
                let store = S3ArtifactStore(try server.client(of: "cut", at: address))
                #expect(try await store.read(path) == bytes)
                let part = Mutex(Data())
                try await store.read(path, range: 1_000_000..<8_500_000) { piece in part.withLock { $0 += piece } }
                #expect(part.withLock(\.self) == bytes[1_000_000..<8_500_000])
            }
            #expect(gets.withLock(\.self) > 4)
        }
    }

    @Test(arguments: [1 << 20, 11 << 20])
    func `bytes that changed on the way are an error`(count: Int) async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("damaged")
            let path = try ArtifactPath("large")
            let direct = S3ArtifactStore(try server.client(of: "damaged"), partByteCount: 5 << 20)
            try await direct.put(pieces: OnePiece(bytes: Data(repeating: 9, count: count)), at: path)
            let gateway = FaultyGateway(before: server.address) { line, _ in line.hasPrefix("GET") ? .damage : .none }
            try await gateway.run { address in
                let store = S3ArtifactStore(try server.client(of: "damaged", at: address))
                let error = await #expect(throws: TrackingError.self) { _ = try await store.read(path) }
                #expect(error?.code == .artifactDamaged)
            }
        }
    }

    @Test(arguments: [
        (type: "FULL_OBJECT", tag: "0-2", isCompared: true), (type: "COMPOSITE", tag: "0-2", isCompared: false),
        (type: "", tag: "0-2", isCompared: false), (type: "", tag: "0", isCompared: true),
    ])
    func `a checksum is compared when it is of the whole`(type: String, tag: String, isCompared: Bool) async throws {
        try await MotoServer.run { server in
            try await server.makeBucket("checked")
            let path = try ArtifactPath("theirs")
            let direct = S3ArtifactStore(try server.client(of: "checked"))
            try await Self.use(direct.presigned(.write(path), lifetime: .seconds(60)), Data("theirs".utf8))
            let gateway = FaultyGateway(before: server.address) { _, _ in
                .fields(["x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-type": type, "ETag": "\"\(tag)\""])
            }
            try await gateway.run { address in
                let store = S3ArtifactStore(try server.client(of: "checked", at: address))
                if isCompared {
                    let error = await #expect(throws: TrackingError.self) { _ = try await store.read(path) }
                    #expect(error?.code == .artifactDamaged)
                } else {
                    #expect(try await store.read(path) == Data("theirs".utf8))
                }
            }
        }
    }

    @Test(arguments: [
        (404, "NoSuchUpload", ErrorCode.uploadNotFound), (400, "InvalidPart", .invalidUpload),
        (400, "InvalidPartOrder", .invalidUpload), (400, "EntityTooSmall", .invalidUpload),
        (403, "AccessDenied", .artifactFailed),
    ])
    func `what a store says of an upload has a code`(status: Int, code: String, expected: ErrorCode) async throws {
        let gateway = FaultyGateway(before: "http://127.0.0.1:1") { _, _ in .refusal(status, code: code) }
        try await gateway.run { address in
            let store = S3ArtifactStore(try MotoServer(address: address).client(of: "any"))
            let upload = ArtifactUpload(id: "gone", path: try ArtifactPath("a/b"))
            let part = await #expect(throws: TrackingError.self) {
                _ = try await store.putPart(1, of: upload, pieces: OnePiece(bytes: Data("x".utf8)))
            }
            #expect(part?.code == expected)
            let whole = await #expect(throws: TrackingError.self) {
                try await store.completeUpload(upload, parts: [ArtifactPart(number: 1, tag: "0")])
            }
            #expect(whole?.code == expected)
            // What is gone needs no aborting.
            if status == 404 { try await store.abortUpload(upload) }
            #expect(gateway.seen.withLock(\.count) == (status == 404 ? 3 : 2))
        }
    }

    @Test func `a server that checks signatures takes ours and explains why it refuses others`() async throws {
        // Three calls make the bucket, the user and the key; then every signature is checked.
        try await MotoServer.run(openCalls: 4) { server in
            let printed = try server.python(
                """
                import boto3, json
                boto3.client("s3").create_bucket(Bucket="guarded")
                iam = boto3.client("iam")
                iam.create_user(UserName="martlet")
                policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
                iam.put_user_policy(UserName="martlet", PolicyName="all", PolicyDocument=json.dumps(policy))
                key = iam.create_access_key(UserName="martlet")["AccessKey"]
                print(key["AccessKeyId"], key["SecretAccessKey"], end="")
                """
            )
            let parts = printed.split(separator: " ").map(String.init)
            let key = SigV4Credentials(accessKeyID: try #require(parts.first), secretAccessKey: parts[1])
            let store = S3ArtifactStore(try server.client(of: "guarded", key: key), partByteCount: 5 << 20)
            let path = try ArtifactPath("run/한글 +%&=.bin")
            try await store.put(pieces: OnePiece(bytes: Data(repeating: 1, count: 11 << 20)), at: path)
            #expect(try await store.list(ArtifactPath("run")).map(\.path) == [path])
            #expect(try await store.read(path).count == 11 << 20)
            let wrong = SigV4Credentials(accessKeyID: parts[0], secretAccessKey: "another")
            let refused = S3ArtifactStore(try server.client(of: "guarded", key: wrong))
            let error = await #expect(throws: TrackingError.self) { _ = try await refused.read(path) }
            #expect(error?.message.contains("does not accept the signature; check the secret access key") == true)
            #expect(error?.message.contains("another") == false)
            let stranger = SigV4Credentials(accessKeyID: "AKIASTRANGER", secretAccessKey: "x")
            let unknown = S3ArtifactStore(try server.client(of: "guarded", key: stranger))
            let other = await #expect(throws: TrackingError.self) { _ = try await unknown.read(path) }
            #expect(other?.message.contains("does not know the access key") == true)
        }
    }

    @Test func `a bucket that is not there is named`() async throws {
        try await MotoServer.run { server in
            let store = S3ArtifactStore(try server.client(of: "nowhere"))
            let error = await #expect(throws: TrackingError.self) { _ = try await store.list(nil) }
            let expected =
                "could not list the artifacts: the bucket 'nowhere' does not exist at '\(server.address)'; create it, or "
                + "correct 'artifacts'"
            #expect(error?.message == expected)
        }
    }

    /// Sends a presigned request as a client without a key does.
    @discardableResult
    private static func use(
        _ request: PresignedRequest?,
        _ body: Data? = nil
    ) async throws -> (headers: HTTPHeaders, body: Data) {
        let presigned = try #require(request)
        var request = HTTPClientRequest(url: presigned.url)
        request.method = .RAW(value: presigned.method)
        if let body { request.body = .bytes(ByteBuffer(data: body)) }
        let response = try await MotoServer.http.execute(request, timeout: .seconds(30))
        #expect(response.status == .ok)
        return (response.headers, Data(buffer: try await response.body.collect(upTo: 64 << 20)))
    }
}

/// Bytes as a stream that is cut into pieces of many sizes.
struct OnePiece: AsyncSequence, Sendable {
    typealias Element = Data

    let bytes: Data

    func makeAsyncIterator() -> Iterator { Iterator(rest: self.bytes) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: Data
        var size = 1

        mutating func next() async throws -> Data? {
            guard !self.rest.isEmpty else { return nil }
            self.size = self.size * 7 % 3_000_017
            defer { self.rest = self.rest.dropFirst(self.size) }
            return Data(self.rest.prefix(self.size))
        }
    }
}
