import MartletCore
import MartletTracking
import Testing

struct ApprovalRuleTests {
    let id = ModelVersionID("price", 3)

    @Test(arguments: [("ada", "ada"), ("Ada", "ada "), ("ADA@x.org", "ada@X.org")])
    func `with four eyes, who registered cannot decide`(decider: String, registrant: String) throws {
        let error = #expect(throws: TrackingError.self) {
            try ApprovalRule.fourEyes.check(decider: decider, registrant: registrant, of: self.id)
        }
        #expect(error?.code == .fourEyes)
        try ApprovalRule.anyone.check(decider: decider, registrant: registrant, of: self.id)
    }

    @Test func `with four eyes, another person decides`() throws {
        try ApprovalRule.fourEyes.check(decider: "bob", registrant: "ada", of: self.id)
    }

    @Test func `the message says who registered and what to do`() {
        let error = #expect(throws: TrackingError.self) {
            try ApprovalRule.fourEyes.check(decider: "ada", registrant: "ada", of: self.id)
        }
        #expect(
            error?.message == "price:3 was registered by ada, who cannot decide on it too; the workspace asks for four "
                + "eyes, so another person must approve or reject it"
        )
    }

    @Test func `an approval is shown as tags that nobody sets by hand`() throws {
        #expect(Approval().tags == ["martlet.approval_status": "PendingManualApproval"])
        let decision = Attribution(by: "bob", at: EventTime(microseconds: 0), reason: "good")
        #expect(
            Approval(status: .approved, decision: decision).tags == [
                "martlet.approval_status": "Approved", "martlet.approval_decided_by": "bob",
                "martlet.approval_decided_at": "1970-01-01T00:00:00Z", "martlet.approval_reason": "good",
            ]
        )
        try Approval.checkTag("martlet.note")
        let error = #expect(throws: TrackingError.self) { try Approval.checkTag("martlet.approval_status") }
        #expect(error?.code == .reservedTag)
    }
}
