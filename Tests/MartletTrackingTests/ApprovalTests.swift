import MartletCore
import MartletTracking
import Testing

struct ApprovalTests {
    let id = ModelVersionID("price", 3)
    let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    @Test func `a pending version is approved without a reason`() throws {
        let approval = try Approval().deciding(.approved, self.ada, of: self.id)
        #expect(approval.status == .approved)
        #expect(approval.decision == self.ada)
    }

    @Test func `a second decision needs a reason and replaces the first`() throws {
        let approved = try Approval().deciding(.approved, self.ada, of: self.id)
        let bob = Attribution(by: "bob", at: EventTime(microseconds: 2))
        let error = #expect(throws: TrackingError.self) { try approved.deciding(.rejected, bob, of: self.id) }
        #expect(error?.code == .reasonRequired)
        let message = "price:3 is Approved by ada; changing a decision needs a reason, give one with --reason"
        #expect(error?.message == message)
        let because = Attribution(by: "bob", at: EventTime(microseconds: 2), reason: "leaks the label")
        let rejected = try approved.deciding(.rejected, because, of: self.id)
        #expect(rejected.status == .rejected)
        #expect(rejected.decision?.reason == "leaks the label")
        #expect(throws: TrackingError.self) { try approved.deciding(.approved, because, of: self.id) }
        #expect(throws: TrackingError.self) { try approved.deciding(.pendingManualApproval, because, of: self.id) }
    }

    @Test(arguments: ["", "   "])
    func `a decision without an actor is refused`(actor: String) {
        let nobody = Attribution(by: actor, at: EventTime(microseconds: 1))
        let error = #expect(throws: TrackingError.self) { try Approval().deciding(.approved, nobody, of: self.id) }
        #expect(error?.code == .actorRequired)
    }

    @Test(arguments: ["v1", "V22", "latest", "LATEST", "", "7", "a b", "a/b", "é", ".hidden"])
    func `reserved and unwritable aliases are refused`(alias: String) {
        let error = #expect(throws: TrackingError.self) { try RegistryNames.checkAlias(alias) }
        #expect(error?.code == .invalidAlias)
    }

    @Test func `versions, aliases and plain names are read`() throws {
        #expect(try ModelReference("price:3") == .version(ModelVersionID("price", 3)))
        #expect(try ModelReference("price@champion") == .alias(model: "price", alias: "champion"))
        #expect(try ModelReference("price") == .newest(model: "price"))
        #expect(try ModelReference("models:/price/3") == .version(ModelVersionID("price", 3)))
        #expect(throws: TrackingError.self) { try ModelReference("price:0") }
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\\b", "a\u{0}b", ".martlet-x"])
    func `a path that could leave its folder is refused`(text: String) {
        let error = #expect(throws: TrackingError.self) { try ArtifactPath(text) }
        #expect(error?.code == .invalidArtifactPath)
    }
}
