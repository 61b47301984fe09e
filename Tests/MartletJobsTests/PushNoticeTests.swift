import Foundation
import MartletCore
import MartletJobs
import Testing

struct PushNoticeTests {
    private static let commit = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"

    @Test func `a push names its branch and its commit`() throws {
        let body = Data(#"{"ref": "refs/heads/main", "after": "\#(Self.commit)", "repository": {}}"#.utf8)
        let notice = try #require(PushNotice(body: body))
        #expect(notice.branch == "main")
        #expect(notice.commit == Self.commit)
    }

    @Test(arguments: [
        #"{"zen": "Keep it logically awesome."}"#,
        #"{"ref": "refs/tags/v1", "after": "6113728f27ae82c7b1a177c8d03f9e96e0adf246"}"#,
        #"{"ref": "refs/heads/old", "after": "0000000000000000000000000000000000000000"}"#,
        #"{"ref": "refs/heads/main", "after": "--upload-pack=touch /tmp/x"}"#, "no JSON",
    ])
    func `what is no push of a commit is none`(body: String) {
        #expect(PushNotice(body: Data(body.utf8)) == nil)
    }

    @Test func `GitHub's signature is that of its own documentation`() {
        // The example of "Validating webhook deliveries": secret, payload and digest as printed there.
        let body = Data("Hello, World!".utf8)
        let secret = SecretText("It's a Secret to Everybody")
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        #expect(PushNotice.isGenuine(body, secret: secret, signature: signature, token: nil))
        #expect(!PushNotice.isGenuine(Data("Hello, World?".utf8), secret: secret, signature: signature, token: nil))
        #expect(!PushNotice.isGenuine(body, secret: SecretText("other"), signature: signature, token: nil))
        #expect(!PushNotice.isGenuine(body, secret: secret, signature: "sha1=757107", token: "wrong"))
    }

    @Test func `GitLab sends the secret, and an empty secret lets nobody in`() {
        let body = Data()
        #expect(PushNotice.isGenuine(body, secret: SecretText("hush"), signature: nil, token: "hush"))
        #expect(!PushNotice.isGenuine(body, secret: SecretText("hush"), signature: nil, token: "hus"))
        #expect(!PushNotice.isGenuine(body, secret: SecretText(""), signature: nil, token: ""))
        #expect(!PushNotice.isGenuine(body, secret: SecretText("hush"), signature: nil, token: nil))
    }
}
