import Foundation
import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct APIKeyTests {
    static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    static func key(expiresAt: EventTime? = nil, revokedAt: EventTime? = nil) -> APIKey {
        var generator = SplitMix64(seed: 1)
        let text = APIKeyText(using: &generator)
        return APIKey(
            id: text.id,
            account: "ada",
            label: "",
            verifier: APIKeyVerifier(of: text.secret, using: &generator),
            author: Self.ada,
            expiresAt: expiresAt,
            revokedAt: revokedAt
        )
    }

    @Test func `a key is read as it was shown, and describes itself without its secret`() throws {
        var generator = SplitMix64(seed: 3)
        let key = APIKeyText(using: &generator)
        #expect(APIKeyText(key.exposed) == key)
        #expect(key.exposed.hasPrefix("mk_\(key.id)_"))
        #expect(key.secret.utf8.count == 52)
        #expect(!"\(key)".contains(key.secret))
        #expect(APIKeyText(using: &generator) != key)
    }

    @Test(arguments: [
        "", "mk_", "mk_a", "mk__b", "mk_a_", "xk_a_b", "mk_a_b_c", "mk_A_b", "mk_a_b ", "mk_aé_b",
        "mk_a_" + String(repeating: "b", count: 200),
    ])
    func `text that is no key is not one`(text: String) {
        #expect(APIKeyText(text) == nil)
    }

    @Test func `a verifier knows its secret and no other, and salts it`() {
        var generator = SplitMix64(seed: 5)
        let first = APIKeyVerifier(of: "secret", using: &generator)
        let second = APIKeyVerifier(of: "secret", using: &generator)
        #expect(first.matches("secret"))
        #expect(second.matches("secret"))
        #expect(!first.matches("secres"))
        #expect(!first.matches(""))
        #expect(first != second)
        #expect(!APIKeyVerifier(salt: first.salt, digest: Data()).matches("secret"))
    }

    @Test func `a key ends at its expiry and at its revocation`() {
        let end = EventTime(microseconds: 100)
        #expect(Self.key().state(at: end) == .active)
        #expect(Self.key(expiresAt: end).state(at: EventTime(microseconds: 99)) == .active)
        #expect(Self.key(expiresAt: end).state(at: end) == .expired)
        #expect(Self.key(expiresAt: end, revokedAt: end).state(at: EventTime(microseconds: 1)) == .revoked)
    }

    @Test(arguments: ["", "a b", "a:b", "a/b", "a\n", String(repeating: "a", count: 101)])
    func `a name that cannot stand in a header is no account`(name: String) {
        let error = #expect(throws: TrackingError.self) { try Account.checkName(name) }
        #expect(error?.code == .invalidAccount)
    }

    @Test func `only a service has an owner, who is somebody else`() throws {
        try Account(name: "ci", kind: .service, owner: "ada", author: Self.ada).validate()
        #expect(Account(name: "ci", kind: .service, owner: "ada", author: Self.ada).person == "ada")
        for account in [
            Account(name: "bob", kind: .user, owner: "ada", author: Self.ada),
            Account(name: "ci", kind: .service, owner: "ci", author: Self.ada),
        ] {
            #expect(throws: TrackingError.self) { try account.validate() }
        }
    }
}
