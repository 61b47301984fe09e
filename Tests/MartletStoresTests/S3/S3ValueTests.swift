import Foundation
import MartletCore
import MartletTracking
import Testing

@testable import MartletStores

/// The pure parts of the S3 store.
struct S3ValueTests {
    @Test func `CRC-32 gives the published check values`() {
        // The first is the check value of the catalogue of parametrised CRC algorithms, the others are zlib's.
        #expect(Self.checksum(Data("123456789".utf8)) == 0xCBF4_3926)
        #expect(Self.checksum(Data(repeating: 0, count: 32)) == 0x190A_55AD)
        #expect(Self.checksum(Data(repeating: 0xFF, count: 32)) == 0xFF6C_AB0B)
        #expect(Self.checksum(Data((0..<32).map { UInt8($0) })) == 0x9126_7E8A)
        var pieces = CRC32()
        for byte in "123456789".utf8 { pieces.update(Data([byte])) }
        #expect(pieces.value == 0xCBF4_3926)
        #expect(pieces.base64 == "y/Q5Jg==")
    }

    private static func checksum(_ bytes: Data) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }

    @Test func `an answer is read as a tree`() throws {
        let text = """
            <?xml version="1.0"?><!-- a remark --><List xmlns="x"><Key>a&amp;b &#x41;&#66;</Key><Empty/>
            <Part><N>1</N></Part><Part><N>2</N></Part></List>
            """
        let document = try #require(S3Document(Data(text.utf8)))
        #expect(document.name == "List")
        #expect(document.text("Key") == "a&b AB")
        #expect(document.text("Empty") == "")
        #expect(document.text("Missing") == nil)
        #expect(document.all("Part").map { $0.text("N") } == ["1", "2"])
    }

    @Test(arguments: [
        "", "<a>", "<a><b></a>", "no xml", "{\"a\": 1}", "<a", "<!--", String(repeating: "<a>", count: 99),
    ])
    func `what is not XML is not read`(text: String) {
        #expect(S3Document(Data(text.utf8)) == nil)
    }

    @Test func `a location names bucket, folder and address`() throws {
        let amazon = try #require(S3Location(uri: "s3://models/team/a/", region: "eu-west-1"))
        #expect(amazon.uri == "s3://models/team/a")
        #expect(amazon.endpoint.description == "https://s3.eu-west-1.amazonaws.com")
        let address = amazon.address(of: amazon.key(of: try ArtifactPath("x y/한")), at: amazon.endpoint)
        #expect(address.authority == "models.s3.eu-west-1.amazonaws.com")
        #expect(address.path == "/team/a/x%20y/%ED%95%9C")
        let dotted = try #require(S3Location(uri: "s3://my.models", region: "eu-west-1"))
        #expect(dotted.address(of: "k", at: dotted.endpoint).path == "/my.models/k")
        let minio = try #require(
            S3Location(uri: "s3://models", region: "auto", endpoint: S3Location.Endpoint("http://Host:9000/"))
        )
        #expect(minio.address(of: nil, at: minio.endpoint).authority == "host:9000")
        #expect(minio.address(of: nil, at: minio.endpoint).path == "/models")
    }

    @Test(arguments: ["models", "s3:/models", "gs://models", "s3://", "s3://Models", "s3://ab", "s3://models/../x"])
    func `what names no bucket is refused`(uri: String) { #expect(S3Location(uri: uri, region: "x") == nil) }

    @Test(arguments: ["host:9000", "ftp://host", "http://", "http://user:key@host", "http://host/path"])
    func `what is no address is refused`(text: String) { #expect(S3Location.Endpoint(text) == nil) }

    @Test func `a clock that is wrong is explained`() throws {
        let body = """
            <Error><Code>RequestTimeTooSkewed</Code><ServerTime>2026-11-21T08:00:00Z</ServerTime></Error>
            """
        let location = try #require(S3Location(uri: "s3://models", region: "us-east-1"))
        let fault = S3Fault(status: 403, body: Data(body.utf8)) { _ in nil }
        let now = try #require(EventTime(iso8601: "2026-11-21T07:00:00Z"))
        let expected =
            "could not read it: 'https://s3.us-east-1.amazonaws.com' says that the request's time is too far from its "
            + "own: its clock shows 2026-11-21T08:00:00Z, this machine's 2026-11-21T07:00:00Z; set this machine's clock"
        #expect(fault.error("read it", location, now: now).message == expected)
    }

    @Test func `a bucket of another region is explained`() throws {
        let location = try #require(S3Location(uri: "s3://models", region: "us-east-1"))
        let fault = S3Fault(status: 301, body: Data("<Error><Code>PermanentRedirect</Code></Error>".utf8)) { name in
            name == "x-amz-bucket-region" ? "ap-northeast-2" : nil
        }
        let message = fault.error("read it", location, now: EventTime(microseconds: 0)).message
        #expect(
            message == "could not read it: the bucket 'models' is in region 'ap-northeast-2', and 'region' says "
                + "'us-east-1'; correct 'region'"
        )
    }

    @Test func `keys come from the configuration, the environment, then the file`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        let text = """
            # remark
            [default]
            aws_access_key_id = FILE
            aws_secret_access_key=one=two
            [team]
            aws_access_key_id = TEAM
            aws_secret_access_key = x
            aws_session_token = token
            """
        try Data(text.utf8).write(to: file)
        let variables = ["AWS_SHARED_CREDENTIALS_FILE": file.path]
        let keyed = variables.merging(["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"]) { $1 }
        let named = SigV4Credentials(accessKeyID: "NAMED", secretAccessKey: "s")
        let now = EventTime(microseconds: 0)
        func key(_ chain: S3CredentialChain) async throws -> SigV4Credentials { try await chain.credentials(at: now) }
        #expect(try await key(S3CredentialChain(named: named, profile: nil, environment: keyed)) == named)
        let fromEnvironment = S3CredentialChain(named: nil, profile: nil, environment: keyed)
        #expect(try await key(fromEnvironment).accessKeyID == "ENV")
        let fromFile = try await key(S3CredentialChain(named: nil, profile: nil, environment: variables))
        #expect(fromFile == SigV4Credentials(accessKeyID: "FILE", secretAccessKey: "one=two"))
        let team = try await key(S3CredentialChain(named: nil, profile: "team", environment: variables))
        #expect(team.sessionToken == "token")
        let error = await #expect(throws: TrackingError.self) {
            _ = try await key(S3CredentialChain(named: nil, profile: "tean", environment: variables))
        }
        #expect(error?.code == .artifactNoCredentials)
        #expect(error?.message.contains("'team'") == true)
        #expect("\(fromFile)" == "key FILE")
        #expect(!String(reflecting: fromFile).contains("one=two"))
    }
}
