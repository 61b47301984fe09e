import Foundation
import MartletCore
import MartletTesting
import MartletTracking
import Testing

/// Signatures against the values that AWS publishes in its signing test suite and its documentation of S3.
struct SigV4Tests {
    /// A request of AWS's suite: key AKIDEXAMPLE, region us-east-1, service `service`, 2015-08-30 12:36:00.
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        var method = "GET"
        var path = "/"
        var query = ""
        var headers: [SigV4Request.Header] = []
        var body = ""
        var token: String?
        let signature: String

        var testDescription: String { self.name }
    }

    static let examples = [
        Example(
            name: "get-utf8",
            path: "/ሴ",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
        ),
        Example(
            name: "get-header-value-trim",
            headers: [.init("My-Header1", " value1"), .init("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
        ),
        Example(
            name: "get-slash-pointless-dot-normalized",
            path: "/./example",
            signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
        ),
        Example(
            name: "get-relative-relative-normalized",
            path: "/example1/example2/../..",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        ),
        Example(
            name: "get-vanilla-query-unreserved",
            query: "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                + "=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
        ),
        Example(
            name: "get-vanilla-query-order-key-case",
            query: "Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
        Example(
            name: "get-space-normalized",
            path: "/example space/",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
        ),
        Example(
            name: "get-header-key-duplicate",
            headers: [
                .init("My-Header1", "value2"), .init("My-Header1", "value2"), .init("My-Header1", "value1"),
            ],
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
        ),
        Example(
            name: "get-vanilla-with-session-token",
            token: "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267",
            signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"
        ),
        Example(
            name: "post-x-www-form-urlencoded",
            method: "POST",
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded"), .init("Content-Length", "13"),
                .init(
                    "x-amz-content-sha256",
                    "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
                ),
            ],
            body: "Param1=value1",
            signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"
        ),
    ]

    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    @Test(arguments: examples)
    func `a request of the suite has the published signature`(example: Example) throws {
        let time = try #require(EventTime(iso8601: "2015-08-30T12:36:00Z"))
        let key = SigV4Credentials(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: Self.secret,
            sessionToken: example.token
        )
        let hash = ContentHash(of: example.body)
        let request = SigV4Request(
            method: example.method,
            path: example.path,
            query: example.query,
            headers: [.init("Host", "example.amazonaws.com")] + example.headers
        )
        let added = SigV4Signer(key, region: "us-east-1", service: "service")
            .headers(signing: request, payload: .hash(hash), at: time)
        let authorization = try #require(added.last)
        #expect(authorization.value.hasSuffix("Signature=\(example.signature)"))
        let signed = SigV4Request(
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers + added
        )
        let claim = try #require(try SigV4Claim(signed))
        #expect(claim.accessKeyID == "AKIDEXAMPLE")
        #expect(claim.scope.service == "service")
        try claim.verify(secret: Self.secret, bodyHash: hash, at: time)
        #expect(throws: TrackingError.self) { try claim.verify(secret: "x", bodyHash: hash, at: time) }
    }

    @Test func `a presigned query of the suite is accepted`() throws {
        // get-vanilla-utf8-query, signed in the query.
        let request = SigV4Request(
            method: "GET",
            path: "/",
            query: "ሴ=bar&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request"
                + "&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600"
                + "&X-Amz-Signature=0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600",
            headers: [.init("Host", "example.amazonaws.com")]
        )
        let claim = try #require(try SigV4Claim(request))
        #expect(claim.isPresigned)
        // What the signature does not cover could be changed on the way, so it is refused.
        let open = SigV4Request(
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers + [.init("X-Amz-Target", "SageMaker.Delete")]
        )
        let changed = #expect(throws: TrackingError.self) { _ = try SigV4Claim(open) }
        #expect(changed?.code == .signatureMalformed)
        let empty = ContentHash(of: "")
        try claim.verify(secret: Self.secret, bodyHash: empty, at: claim.signedAt + .seconds(3_599))
        let late = #expect(throws: TrackingError.self) {
            try claim.verify(secret: Self.secret, bodyHash: empty, at: claim.signedAt + .seconds(3_600))
        }
        #expect(late?.code == .signatureExpired)
        let early = #expect(throws: TrackingError.self) {
            try claim.verify(secret: Self.secret, bodyHash: empty, at: claim.signedAt - .seconds(901))
        }
        #expect(early?.code == .signatureClockSkew)
    }

    @Test func `the examples of S3's documentation have the published signatures`() throws {
        let key = SigV4Credentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        )
        let time = try #require(EventTime(iso8601: "2013-05-24T00:00:00Z"))
        let signer = SigV4Signer(key, region: "us-east-1", service: "s3")
        let host = SigV4Request.Header("Host", "examplebucket.s3.amazonaws.com")
        let read = SigV4Request(method: "GET", path: "/test.txt", headers: [host, .init("Range", "bytes=0-9")])
        let headers = signer.headers(signing: read, payload: .empty, at: time)
        #expect(
            headers.last?.value.hasSuffix("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41") == true
        )
        let presigned = signer.query(
            presigning: SigV4Request(method: "GET", path: "/test.txt", headers: [host]),
            at: time,
            lifetime: .seconds(86_400)
        )
        #expect(presigned.hasSuffix("=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"))
    }

    @Test func `any change of a signed request is found`() throws {
        var random = SplitMix64(seed: 7)
        let key = SigV4Credentials(accessKeyID: "mk_1", secretAccessKey: "secret")
        let time = EventTime(microseconds: 1_763_000_000_000_000)
        for turn in 0..<200 {
            let service = turn.isMultiple(of: 2) ? "s3" : "sagemaker"
            let body = Data((0..<turn).map { UInt8(truncatingIfNeeded: $0) })
            let path = "/" + (0..<3).map { _ in "p\(random.next() % 10)%20+" }.joined(separator: "/")
            let query = "b=\(random.next() % 9)&a=%ED%95%9C&a"
            let base = [SigV4Request.Header("Host", "h:8700"), .init("X-Amz-Target", "SageMaker.List")]
            let hash = ContentHash(of: body)
            let signer = SigV4Signer(key, region: "local", service: service)
            let request = SigV4Request(method: "POST", path: path, query: query, headers: base)
            let headers = base + signer.headers(signing: request, payload: .hash(hash), at: time)
            func code(
                _ method: String,
                _ path: String,
                _ query: String,
                _ headers: [SigV4Request.Header],
                _ hash: ContentHash
            ) -> ErrorCode? {
                do {
                    let signed = SigV4Request(method: method, path: path, query: query, headers: headers)
                    try SigV4Claim(signed)?.verify(secret: "secret", bodyHash: hash, at: time + .seconds(60))
                    return nil
                } catch {
                    return error.code
                }
            }
            #expect(code("POST", path, query, headers, hash) == nil)
            #expect(code("PUT", path, query, headers, hash) == .signatureMismatch)
            #expect(code("POST", path + "x", query, headers, hash) == .signatureMismatch)
            #expect(code("POST", path, query + "&c=1", headers, hash) == .signatureMismatch)
            var changed = headers
            changed[1] = .init("X-Amz-Target", "SageMaker.Delete")
            #expect(code("POST", path, query, changed, hash) == .signatureMismatch)
            let added = headers + [.init("x-amz-security-token", "t")]
            #expect(code("POST", path, query, added, hash) == .signatureMalformed)
            let otherBody = code("POST", path, query, headers, ContentHash(of: "other"))
            #expect(otherBody == (service == "s3" ? .signatureBodyChanged : .signatureMismatch))
        }
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256 Credential=k/20150830/r/s/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=k/2015083/r/s/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=k, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=k/20150830/r/s/aws4_request, SignedHeaders=x-amz-date, Signature=0",
        "AWS4-HMAC-SHA256 Credential=k/20150830/r/s/aws4_request, SignedHeaders=Host, Signature=0", "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ,,,==",
    ])
    func `a signature that cannot be read is refused`(text: String) throws {
        let request = SigV4Request(
            method: "GET",
            path: "/",
            headers: [.init("Host", "h"), .init("X-Amz-Date", "20150830T123600Z"), .init("Authorization", text)]
        )
        let error = #expect(throws: TrackingError.self) { _ = try SigV4Claim(request) }
        #expect(error?.code == .signatureMalformed)
    }

    @Test func `another way of signing in is left to others`() throws {
        let request = SigV4Request(method: "GET", path: "/", headers: [.init("Authorization", "Bearer x")])
        let claim = try SigV4Claim(request)
        #expect(claim == nil)
    }
}
