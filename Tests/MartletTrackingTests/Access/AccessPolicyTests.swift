import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct AccessPolicyTests {
    static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    static func grant(_ role: Role, _ scope: String) throws -> AccessGrant {
        AccessGrant(account: "bob", role: role, scope: try AccessScope(scope), author: Self.ada)
    }

    @Test(arguments: [
        ("*", "", true), ("*", "price", true), ("price", "price", true), ("price", "prices", false),
        ("price*", "price", true), ("price*", "prices", true), ("*price", "my-price", true),
        ("*price", "prices", false),
        ("a*b*c", "abc", true), ("a*b*c", "a1b2c", true), ("a*b*c", "acb", false), ("a*a", "a", false),
        ("ab*ba", "aba", false), ("**", "x", true), ("", "x", false), ("가격*", "가격-서울", true),
    ])
    func `a pattern fits the whole name`(pattern: String, name: String, fits: Bool) {
        #expect((try? NamePattern(pattern))?.matches(name) ?? false == fits)
    }

    @Test func `random patterns fit the names made from them, and only as a plain search would say`() throws {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<2_000 {
            let pattern = (0..<Int.random(in: 1...6, using: &generator))
                .map { _ in ["a", "b", "*"].randomElement(using: &generator) ?? "a" }.joined()
            let name = (0..<Int.random(in: 0...8, using: &generator))
                .map { _ in ["a", "b"].randomElement(using: &generator) ?? "a" }.joined()
            #expect(try NamePattern(pattern).matches(name) == Self.plainlyFits(pattern[...], name[...]))
        }
    }

    private static func plainlyFits(_ pattern: Substring, _ name: Substring) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == "*" {
            return Self.plainlyFits(pattern.dropFirst(), name)
                || (!name.isEmpty && Self.plainlyFits(pattern, name.dropFirst()))
        }
        return name.first == first && Self.plainlyFits(pattern.dropFirst(), name.dropFirst())
    }

    @Test(arguments: [
        (Role.viewer, [AccessAction.read, .predict]), (.contributor, [.read, .predict, .write]),
        (.approver, [.read, .predict, .write, .decide, .deploy]), (.admin, AccessAction.allCases),
    ])
    func `each role may do what is listed and nothing else`(role: Role, actions: [AccessAction]) throws {
        let grants = [try Self.grant(role, "*")]
        for action in AccessAction.allCases {
            for resource in [AccessResource.server, .model("price"), .experiment("x"), .endpoint("e")] {
                let isAllowed = AccessPolicy.decide(action, on: resource, by: grants).isAllowed
                #expect(isAllowed == actions.contains(action))
            }
        }
    }

    @Test func `the highest role that fits counts, and a scope holds only for its kind`() throws {
        let grants = [
            try Self.grant(.viewer, "model:*"), try Self.grant(.approver, "model:price*"),
            try Self.grant(.contributor, "experiment:team-*"),
        ]
        #expect(AccessPolicy.role(on: .model("prices"), by: grants) == .approver)
        #expect(AccessPolicy.role(on: .model("rent"), by: grants) == .viewer)
        #expect(AccessPolicy.role(on: .experiment("team-a"), by: grants) == .contributor)
        #expect(AccessPolicy.role(on: .experiment("price"), by: grants) == nil)
        #expect(AccessPolicy.role(on: .endpoint("price"), by: grants) == nil)
        #expect(
            AccessPolicy.decide(.decide, on: .model("rent"), by: grants)
                == .refused(needed: .approver, held: .viewer)
        )
    }

    @Test func `a narrow grant reads the server but never administers it`() throws {
        let grants = [try Self.grant(.admin, "model:*")]
        #expect(AccessPolicy.decide(.read, on: .server, by: grants).isAllowed)
        #expect(!AccessPolicy.decide(.administer, on: .server, by: grants).isAllowed)
        #expect(!AccessPolicy.decide(.read, on: .server, by: []).isAllowed)
    }

    @Test func `a refusal names account, thing, role and what to do`() throws {
        let bob = Principal(name: "bob", person: "bob", grants: [try Self.grant(.viewer, "model:price")], keyID: nil)
        let error = #expect(throws: TrackingError.self) { try bob.require(.decide, on: .model("price")) }
        #expect(error?.code == .accessRefused)
        #expect(
            error?.message == "'bob' may not approve or reject versions of the model 'price': it needs the role "
                + "approver and is viewer there; an administrator grants it with `martlet roles grant`"
        )
    }

    @Test(arguments: ["", "model", "modell:price", "model:", "server:x"])
    func `a scope that cannot be read is refused`(text: String) {
        let error = #expect(throws: TrackingError.self) { try AccessScope(text) }
        #expect(error?.code == .invalidScope)
    }

    @Test func `a misspelt kind is answered with the nearest`() {
        let error = #expect(throws: TrackingError.self) { try AccessScope("modle:price") }
        #expect(error?.message.hasSuffix("Did you mean 'model'?") == true)
    }

    @Test func `scopes are written as they are read`() throws {
        for text in ["*", "model:price*", "experiment:a:b", "endpoint:*"] {
            #expect(try AccessScope(text).description == text)
        }
    }

    @Test func `a request is attributed to its account and never to the name it claims`() async {
        let now = EventTime(microseconds: 5)
        #expect(Principal.attribution(orClaimed: "eve", at: now).actor == "eve")
        #expect(Principal.attribution(orClaimed: "  ", at: now).actor == "anonymous")
        let bob = Principal(name: "bob", person: "bob", grants: [], keyID: "k")
        Principal.$current.withValue(bob) {
            #expect(Principal.attribution(orClaimed: "eve", at: now).actor == "bob")
        }
    }
}
