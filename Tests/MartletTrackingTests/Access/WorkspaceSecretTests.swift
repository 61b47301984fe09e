import Foundation
import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct WorkspaceSecretTests {
    let secret: WorkspaceSecret
    let other: WorkspaceSecret
    let hex: String

    init() {
        var generator = SplitMix64(seed: 9)
        (self.secret, self.hex) = WorkspaceSecret.draw(using: &generator)
        self.other = WorkspaceSecret.draw(using: &generator).secret
    }

    @Test func `a secret that was kept is the same secret`() throws {
        let again = try #require(WorkspaceSecret(hex: self.hex))
        #expect(again.signingSecret(ofKey: "a") == self.secret.signingSecret(ofKey: "a"))
        #expect(again.open(try self.secret.seal("hello")) == "hello")
        #expect(WorkspaceSecret(hex: "") == nil)
        #expect(WorkspaceSecret(hex: String(repeating: "g", count: 64)) == nil)
    }

    @Test func `what was sealed opens with the same secret only, and not when it was changed`() throws {
        var sealed = try self.secret.seal("비밀")
        #expect(self.secret.open(sealed) == "비밀")
        #expect(self.other.open(sealed) == nil)
        #expect(try self.secret.seal("비밀") != sealed)
        sealed[sealed.count - 1] ^= 1
        #expect(self.secret.open(sealed) == nil)
        #expect(self.secret.open(Data()) == nil)
    }

    @Test func `each key signs with a secret of its own`() {
        let first = self.secret.signingSecret(ofKey: "a")
        #expect(first.utf8.count == 40)
        #expect(first != self.secret.signingSecret(ofKey: "b"))
        #expect(first != self.other.signingSecret(ofKey: "a"))
    }

    @Test func `a session names its key until it ends, and cannot be written by others`() {
        let end = EventTime(microseconds: 100_000_000)
        let session = self.secret.session(ofKey: "abc", until: end)
        #expect(self.secret.keyID(ofSession: session, at: EventTime(microseconds: 99_000_000)) == "abc")
        #expect(self.secret.keyID(ofSession: session, at: end) == nil)
        #expect(self.other.keyID(ofSession: session, at: EventTime(microseconds: 0)) == nil)
        let longer = session.replacing(".100.", with: ".900.")
        #expect(self.secret.keyID(ofSession: longer, at: EventTime(microseconds: 0)) == nil)
        #expect(self.secret.keyID(ofSession: "abc", at: EventTime(microseconds: 0)) == nil)
    }
}
