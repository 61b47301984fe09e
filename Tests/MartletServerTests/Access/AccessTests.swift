import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletServer
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Synchronization
import Testing

/// Keys before every surface, over a real store.
struct AccessTests {
    let fixture: ServerFixture
    let accounts: AccessFixture

    private var store: SQLAccessStore { self.accounts.store }
    private var secret: WorkspaceSecret { self.accounts.secret }

    init() async throws {
        self.fixture = try await ServerFixture()
        try await self.fixture.deploy(1)
        self.accounts = AccessFixture(self.fixture.metadata)
    }

    private static let author = Attribution(by: "root", at: EventTime(microseconds: 1))

    func test(_ body: @escaping @Sendable (any TestClientProtocol, Moments) async throws -> Void) async throws {
        let moments = Moments()
        var context = self.fixture.context
        context.authenticator = Authenticator(store: self.store, secret: self.secret, now: { moments.now })
        context.packages = ModelPackageContext(registry: self.fixture.registry, rule: .anyone, now: { moments.now })
        try await Application(router: ServerRouter.build(context), server: ServerRouter.http1(context))
            .test(.live) { try await body($0, moments) }
    }

    /// A clock that tests move.
    final class Moments: Sendable {
        private let time = Mutex(EventTime(microseconds: 1_700_000_000_000_000))
        var now: EventTime { self.time.withLock { $0 } }
        func advance(_ span: TimeSpan) { self.time.withLock { $0 = $0 + span } }
    }

    static func bearer(_ key: APIKeyText) -> HTTPFields { [.authorization: "Bearer \(key.exposed)"] }

    static func basic(_ user: String, _ password: String) -> HTTPFields {
        [.authorization: "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()]
    }

    private static let prediction = ByteBuffer(string: #"{"inputs":[{"features":{"area":80.5}}]}"#)
    private static let predict = "/v1/endpoints/prices/predict"

    @Test(arguments: [
        "/v1/endpoints", "/v1/models", "/metrics", "/v1/models/prices/versions", "/nothing",
        "/v1/endpoints/prices/predict", "/console/models",
    ])
    func `without credentials nothing answers but health and the interface's description`(path: String) async throws {
        try await self.test { client, _ in
            let response = try await client.execute(uri: path, method: .get)
            if path.hasPrefix("/console") {
                #expect(response.status == .seeOther)
                #expect(response.headers[.location] == "/console/sign-in?next=%2Fconsole%2Fmodels")
            } else {
                #expect(response.status == .unauthorized)
                #expect(try response.json()["code"] == "access.unauthenticated")
                #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Basic") == true)
            }
            for open in ["/health/live", "/health/ready", "/openapi.json"] {
                #expect(try await client.execute(uri: open, method: .get).status == .ok)
            }
            let refused = try await client.execute(uri: Self.predict, method: .post, body: Self.prediction)
            #expect(refused.status == .unauthorized)
        }
    }

    @Test func `a key opens as Bearer, as Basic password with its account, and alone as user name`() async throws {
        let key = try await self.accounts.key("ada", .viewer)
        try await self.test { client, _ in
            for headers in [
                Self.bearer(key), Self.basic("ada", key.exposed), Self.basic("", key.exposed),
                Self.basic(key.exposed, ""),
            ] {
                for _ in 0..<2 {
                    #expect(try await client.execute(uri: "/v1/models", method: .get, headers: headers).status == .ok)
                    let answer = try await client.execute(
                        uri: Self.predict,
                        method: .post,
                        headers: headers,
                        body: Self.prediction
                    )
                    #expect(answer.status == .ok)
                }
            }
        }
    }

    @Test func `a wrong key, another's name, and things that are no credentials are refused each time`() async throws {
        let key = try await self.accounts.key("ada", .admin)
        let forged = try #require(APIKeyText("mk_\(key.id)_" + String(repeating: "0", count: 52)))
        try await self.test { client, _ in
            for headers: HTTPFields in [
                Self.bearer(forged), Self.basic("bob", key.exposed), Self.basic("ada", "mk_x_y"),
                Self.basic("ada", "pw"),
                [.authorization: "Bearer"], [.authorization: "Digest \(key.exposed)"], [.authorization: "Basic %%%"],
                [.authorization: "Bearer eyJhbGciOiJub25lIn0.e30."],
                [.cookie: "martlet_session=\(key.id).9999999999.00"],
            ] {
                for _ in 0..<2 {
                    let response = try await client.execute(uri: "/v1/models", method: .get, headers: headers)
                    #expect(response.status == .unauthorized)
                    #expect(!String(buffer: response.body).contains(key.secret))
                    let answer = try await client.execute(
                        uri: Self.predict,
                        method: .post,
                        headers: headers,
                        body: Self.prediction
                    )
                    #expect(answer.status == .unauthorized)
                }
            }
        }
    }

    @Test func `expiry, revocation and a disabled account end a key within seconds`() async throws {
        let expiring = try await self.accounts.key(
            "ada",
            .viewer,
            expiresAt: EventTime(microseconds: 1_700_000_001_000_000)
        )
        let revoked = try await self.accounts.key("ada", nil)
        let disabled = try await self.accounts.key("bob", .viewer)
        try await self.test { client, moments in
            func status(_ key: APIKeyText) async throws -> Int {
                let models = try await client.execute(uri: "/v1/models", method: .get, headers: Self.bearer(key))
                let answer = try await client.execute(
                    uri: Self.predict,
                    method: .post,
                    headers: Self.bearer(key),
                    body: Self.prediction
                )
                #expect(models.status == answer.status)
                return models.status.code
            }
            for key in [expiring, revoked, disabled] { #expect(try await status(key) == 200) }
            try await self.store.revokeKey(revoked.id, Self.author)
            try await self.store.setDisabled(true, account: "bob", Self.author)
            moments.advance(.seconds(1))
            #expect(try await status(expiring) == 401)
            moments.advance(.seconds(1))
            for key in [expiring, revoked, disabled] { #expect(try await status(key) == 401) }
        }
    }

    @Test func `a role holds where it was granted and nowhere else`() async throws {
        let web = try await self.accounts.key("web", .viewer, on: "endpoint:rents")
        let nobody = try await self.accounts.key("nobody", nil)
        try await self.test { client, _ in
            for _ in 0..<2 {
                let answer = try await client.execute(
                    uri: Self.predict,
                    method: .post,
                    headers: Self.bearer(web),
                    body: Self.prediction
                )
                #expect(answer.status == .forbidden)
                let message =
                    "'web' may not ask for predictions of the endpoint 'prices': it needs the role viewer and has no role "
                    + "there; an administrator grants it with `martlet roles grant`"
                #expect(try answer.json()["message"] == .string(message))
            }
            let empty = try await client.execute(uri: "/v1/endpoints", method: .get, headers: Self.bearer(nobody))
            #expect(empty.status == .forbidden)
        }
    }

    @Test func `a session of the console reads, and changes nothing outside the console`() async throws {
        let key = try await self.accounts.key("ada", .admin)
        let session = self.secret.session(ofKey: key.id, until: EventTime(microseconds: 1_700_000_010_000_000))
        try await self.test { client, moments in
            let headers: HTTPFields = [.cookie: "martlet_session=\(session)"]
            #expect(try await client.execute(uri: "/v1/models", method: .get, headers: headers).status == .ok)
            let post = try await client.execute(
                uri: Self.predict,
                method: .post,
                headers: headers,
                body: Self.prediction
            )
            #expect(post.status == .unauthorized)
            // What is remembered of the session is reached by nobody who only knows the key's public id.
            for guess in ["key:\(key.id)", "account:ada", "Bearer key:\(key.id)", "mk_\(key.id)", key.id] {
                let guessed = try await client.execute(
                    uri: Self.predict,
                    method: .post,
                    headers: [.authorization: guess],
                    body: Self.prediction
                )
                #expect(guessed.status == .unauthorized)
            }
            moments.advance(.seconds(11))
            #expect(try await client.execute(uri: "/v1/models", method: .get, headers: headers).status == .unauthorized)
        }
    }

    @Test func `signing in starts a session that its key's end ends`() async throws {
        let key = try await self.accounts.key("ada", .viewer)
        let authenticator = Authenticator(
            store: self.store,
            secret: self.secret,
            now: { EventTime(microseconds: 1_700_000_000_000_000) }
        )
        let (principal, session) = try await authenticator.signIn(" \(key.exposed)\n")
        #expect(principal.name == "ada")
        let now = EventTime(microseconds: 1_700_000_000_000_000)
        #expect(self.secret.keyID(ofSession: session, at: now) == key.id)
        await #expect(throws: TrackingError.self) { _ = try await authenticator.signIn("hunter2") }
        try await self.store.revokeKey(key.id, Self.author)
        let fresh = Authenticator(store: self.store, secret: self.secret, now: { now })
        let request = HTTPRequest(
            method: .get,
            scheme: "http",
            authority: "localhost",
            path: "/v1/models",
            headerFields: [.cookie: "martlet_session=\(session)"]
        )
        var withCookie = Request(head: request, body: RequestBody(buffer: ByteBuffer()))
        let error = await #expect(throws: TrackingError.self) { _ = try await fresh.principal(of: &withCookie) }
        #expect(error?.message == "the key mk_\(key.id) was revoked")
    }

    @Test func `a signed request is let in, a changed or old one is not`() async throws {
        let key = try await self.accounts.key("ada", .viewer, signing: true)
        let plain = try await self.accounts.key("ada", nil)
        let target = try #require(HTTPField.Name("X-Amz-Target"))
        try await self.test { client, moments in
            func send(_ keyID: String, secret: String, body: String, sent: String? = nil) async throws -> TestResponse {
                let signer = SigV4Signer(
                    SigV4Credentials(accessKeyID: "mk_" + keyID, secretAccessKey: secret),
                    region: "eu-west-1",
                    service: "sagemaker"
                )
                let operation = "SageMaker.ListModelPackageGroups"
                let request = SigV4Request(
                    method: "POST",
                    path: "/",
                    headers: [.init("host", "localhost"), .init("x-amz-target", operation)]
                )
                let signed = signer.headers(
                    signing: request,
                    payload: .hash(ContentHash(of: body)),
                    at: moments.now
                )
                var headers: HTTPFields = [:]
                for header in signed where header.name != "host" {
                    if let name = HTTPField.Name(header.name) { headers[name] = header.value }
                }
                headers[target] = operation
                return try await client.execute(
                    uri: "/",
                    method: .post,
                    headers: headers,
                    body: ByteBuffer(string: sent ?? body)
                )
            }
            let secret = self.secret.signingSecret(ofKey: key.id)
            let listed = try await send(key.id, secret: secret, body: "{}")
            #expect(listed.status == .ok)
            #expect(
                try listed.json()["ModelPackageGroupSummaryList"]?.canonicalText
                    .contains(
                        "arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/prices"
                    ) == true
            )
            for refused in [
                try await send(key.id, secret: "wrong", body: "{}"),
                try await send(key.id, secret: secret, body: "{}", sent: #"{"MaxResults":1}"#),
                try await send(plain.id, secret: self.secret.signingSecret(ofKey: plain.id), body: "{}"),
            ] {
                #expect(refused.status == .forbidden)
                #expect(try refused.json()["__type"] != nil)
            }
            moments.advance(.seconds(1))
        }
    }
}
