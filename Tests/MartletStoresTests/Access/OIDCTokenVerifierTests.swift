import AsyncHTTPClient
import CryptoExtras
import Foundation
import Hummingbird
import HummingbirdTesting
import JWTKit
import MartletCore
import MartletStores
import MartletTracking
import NIOCore
import Synchronization
import Testing

/// Tokens signed with keys made here, checked against a JWKS document served over HTTP.
struct OIDCTokenVerifierTests {
    /// An identity provider: its keys, and how often they were asked for.
    private final class Provider: Sendable {
        let rsa: JWTKit.Insecure.RSA.PrivateKey
        let ecdsa = ES256PrivateKey()
        let answer: Mutex<(status: HTTPResponse.Status, keys: [JSONValue])>
        let askedCount = Mutex(0)

        init() throws {
            self.rsa = try JWTKit.Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
            self.answer = Mutex((.ok, []))
            let keys = [try self.rsaKey(id: "r1"), try self.ecdsaKey(id: "e1")]
            self.answer.withLock { $0.keys = keys }
        }

        func rsaKey(id: String?, algorithm: String? = nil) throws -> JSONValue {
            let (modulus, exponent) = try self.rsa.publicKey.getKeyPrimitives()
            var members: [String: JSONValue] = [
                "kty": "RSA", "use": "sig", "n": .string(Self.coded(modulus)), "e": .string(Self.coded(exponent)),
            ]
            members["kid"] = id.map(JSONValue.string)
            members["alg"] = algorithm.map(JSONValue.string)
            return .object(members)
        }

        func ecdsaKey(id: String) throws -> JSONValue {
            let point = try #require(self.ecdsa.publicKey.parameters)
            return .object([
                "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": .string(id), "x": .string(Self.plain(point.x)),
                "y": .string(Self.plain(point.y)),
            ])
        }

        var router: Router<BasicRequestContext> {
            let router = Router()
            router.get("/keys") { _, _ -> Response in
                self.askedCount.withLock { $0 += 1 }
                let (status, keys) = self.answer.withLock { $0 }
                let document: JSONValue = .object(["keys": .array(keys)])
                return Response(
                    status: status,
                    headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: document.canonicalText))
                )
            }
            return router
        }

        static func coded(_ data: Data) -> String { Self.plain(data.base64EncodedString()) }

        static func plain(_ text: String) -> String {
            text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
    }

    private struct Claims: JWTPayload {
        var iss: String? = "https://id.example.org"
        var aud: [String]? = ["martlet", "other"]
        var exp: Int? = 1_700_000_600
        var nbf: Int?
        var email: String? = "ada@example.org"
        var emailVerified: Bool?

        private enum CodingKeys: String, CodingKey {
            case iss, aud, exp, nbf, email
            case emailVerified = "email_verified"
        }

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private static let now = EventTime(microseconds: 1_700_000_000_000_000)
    private let provider: Provider

    init() throws { self.provider = try Provider() }

    private func sign(_ claims: Claims = Claims(), by key: String = "r1") async throws -> String {
        let keys = JWTKeyCollection()
        if key.hasPrefix("e") {
            await keys.add(ecdsa: self.provider.ecdsa, kid: JWKIdentifier(string: key))
        } else {
            await keys.add(rsa: self.provider.rsa, digestAlgorithm: .sha256, kid: JWKIdentifier(string: key))
        }
        return try await keys.sign(claims, kid: JWKIdentifier(string: key))
    }

    /// Hands `body` a verifier that asks the provider over HTTP.
    private func test(_ body: @escaping @Sendable (OIDCTokenVerifier) async throws -> Void) async throws {
        try await Application(router: self.provider.router)
            .test(.live) { client in
                let port = try #require(client.port)
                let http = HTTPClient(eventLoopGroupProvider: .singleton)
                let address = JWKSAddress("http://127.0.0.1:\(port)/keys", client: http)
                let issuer = TokenIssuer(
                    issuer: "https://id.example.org",
                    audience: "martlet",
                    accountClaim: "email"
                )
                do {
                    try await body(OIDCTokenVerifier(issuer, keys: SigningKeys { try await address.read() }))
                } catch {
                    try await http.shutdown()
                    throw error
                }
                try await http.shutdown()
            }
    }

    private static func answer(_ verifier: OIDCTokenVerifier, _ token: String, at now: EventTime = now) async -> String
    {
        do {
            return "accepted for " + (try await verifier.accountName(ofToken: token, at: now))
        } catch {
            return error.code.description + ": " + error.message
        }
    }

    @Test(arguments: ["r1", "e1"])
    func `a token signed by RS256 or ES256 names its account`(key: String) async throws {
        let token = try await self.sign(by: key)
        try await self.test { verifier in
            for _ in 0..<3 {
                #expect(await Self.answer(verifier, token) == "accepted for ada@example.org")
            }
        }
        #expect(self.provider.askedCount.withLock { $0 } == 1)
    }

    @Test(arguments: [
        (Claims(iss: "https://evil.example.org"), "it was made by another issuer than the configured one"),
        (Claims(iss: nil), "it was made by another issuer than the configured one"),
        (Claims(aud: ["other"]), "it was made for another audience"),
        (Claims(aud: nil), "it was made for another audience"),
        (Claims(exp: 1_699_999_970), "it has expired; sign in again"), (Claims(exp: nil), "it says no end"),
        (Claims(nbf: 1_700_000_031), "it is not valid yet"),
        (Claims(email: nil), "it has no claim 'email', which names the account"),
        (Claims(emailVerified: false), "its e-mail address is not verified"),
    ])
    private func `a signed token with a wrong claim is refused`(claims: Claims, reason: String) async throws {
        for key in ["r1", "e1"] {
            let token = try await self.sign(claims, by: key)
            try await self.test { verifier in
                let expected = "access.unauthenticated: the token is not accepted: " + reason
                #expect(await Self.answer(verifier, token) == expected)
            }
        }
    }

    @Test func `a token that expires is taken until its end and half a minute more`() async throws {
        let token = try await self.sign()
        try await self.test { verifier in
            let end = EventTime(microseconds: 1_700_000_600_000_000)
            #expect(await Self.answer(verifier, token, at: end + .seconds(29)) == "accepted for ada@example.org")
            #expect(
                await Self.answer(verifier, token, at: end + .seconds(30)).hasSuffix("it has expired; sign in again")
            )
        }
    }

    @Test func `a changed token, another's signature, and no signature at all are refused`() async throws {
        let token = try await self.sign()
        let parts = token.split(separator: ".").map(String.init)
        let claims = Provider.coded(
            Data(#"{"iss":"https://id.example.org","aud":"martlet","exp":1700000600,"email":"root"}"#.utf8)
        )
        func header(_ text: String) -> String { Provider.coded(Data(text.utf8)) }
        let stranger = JWTKeyCollection()
        await stranger.add(ecdsa: ES256PrivateKey(), kid: "e1")
        // A public key, used as if it were the secret of an HMAC, is the oldest trick against this format.
        let confused = JWTKeyCollection()
        await confused.add(
            hmac: HMACKey(from: self.provider.rsa.publicKey.pemRepresentation),
            digestAlgorithm: .sha256,
            kid: "r1"
        )
        let forged = [
            "\(parts[0]).\(claims).\(parts[2])", "\(header(#"{"alg":"none"}"#)).\(claims).",
            "\(header(#"{"alg":"none","kid":"r1"}"#)).\(claims).\(parts[2])",
            "\(header(#"{"alg":"RS256","kid":"r1","crit":["b64"]}"#)).\(parts[1]).\(parts[2])",
            "\(header(#"{"alg":"ES256","kid":"r1"}"#)).\(parts[1]).\(parts[2])",
            try await stranger.sign(Claims(), kid: "e1"), try await confused.sign(Claims(), kid: "r1"),
            try await self.sign(by: "r9"), "\(parts[0]).\(parts[1])", "", "...", "a.b.c",
            String(repeating: "a", count: 20_000),
        ]
        try await self.test { verifier in
            for token in forged {
                #expect(
                    await Self.answer(verifier, token).hasPrefix("access.unauthenticated: the token is not accepted")
                )
            }
            #expect(await Self.answer(verifier, token) == "accepted for ada@example.org")
        }
    }

    @Test func `a key without an algorithm is not bound to the first one that a token names`() async throws {
        let token = try await self.sign()
        let parts = token.split(separator: ".").map(String.init)
        let other = Provider.coded(Data(#"{"alg":"PS256","kid":"r1"}"#.utf8))
        try await self.test { verifier in
            #expect(
                await Self.answer(verifier, "\(other).\(parts[1]).\(parts[2])").hasSuffix("signature does not hold")
            )
            #expect(await Self.answer(verifier, token) == "accepted for ada@example.org")
        }
    }

    @Test func `keys of other kinds and uses beside a good one are passed over`() async throws {
        let good = try self.provider.rsaKey(id: "r1", algorithm: "RS256")
        let others: [JSONValue] = [
            .object(["kty": "oct", "kid": "r1", "k": "c2VjcmV0"]),
            .object(["kty": "RSA", "kid": "r1", "use": "enc", "n": "AQAB", "e": "AQAB"]),
            .object(["kty": "RSA", "kid": "r1", "alg": "RSA-OAEP-256", "n": "AQAB", "e": "AQAB"]), "text", .null,
        ]
        self.provider.answer.withLock { $0.keys = others + [good] }
        let token = try await self.sign()
        try await self.test { verifier in
            #expect(await Self.answer(verifier, token) == "accepted for ada@example.org")
        }
    }

    @Test func `a new key is fetched once a token names it, and invented ones do not ask again and again`() async throws
    {
        let old = try await self.sign()
        let new = try await self.sign(by: "r2")
        try await self.test { verifier in
            #expect(await Self.answer(verifier, old) == "accepted for ada@example.org")
            for _ in 0..<5 { #expect(await Self.answer(verifier, new).hasSuffix("that the provider does not have")) }
            #expect(self.provider.askedCount.withLock { $0 } == 1)
            let keys = [try self.provider.rsaKey(id: "r2")]
            self.provider.answer.withLock { $0.keys = keys }
            let later = Self.now + .seconds(30)
            #expect(await Self.answer(verifier, new, at: later) == "accepted for ada@example.org")
            #expect(self.provider.askedCount.withLock { $0 } == 2)
            #expect(await Self.answer(verifier, old, at: later).hasSuffix("that the provider does not have"))
        }
    }

    @Test func `while the provider is away, keys that are known are taken for a day`() async throws {
        let token = try await self.sign(Claims(exp: 1_700_900_000))
        self.provider.answer.withLock { $0.status = .internalServerError }
        try await self.test { verifier in
            #expect(await Self.answer(verifier, token).hasPrefix("access.keysUnavailable: "))
            self.provider.answer.withLock { $0.status = .ok }
            let start = Self.now + .seconds(31)
            #expect(await Self.answer(verifier, token, at: start) == "accepted for ada@example.org")
            self.provider.answer.withLock { $0.status = .internalServerError }
            #expect(await Self.answer(verifier, token, at: start + .seconds(3_600)) == "accepted for ada@example.org")
            #expect(
                await Self.answer(verifier, token, at: start + .seconds(86_401)).hasPrefix("access.keysUnavailable: ")
            )
        }
    }
}
