import Foundation
import MartletCore
import MartletTracking
import Testing

struct WebhookTests {
    static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1_000_000), reason: "better")

    static func notices(_ action: LedgerAction, _ subject: String, _ payload: [String: JSONValue]) -> [WebhookNotice] {
        WebhookNotice.of(LedgerRecord(action, of: subject, Self.ada, payload: payload))
    }

    static func webhook(
        _ url: String = "https://example.org/hook",
        name: String = "ops",
        events: [WebhookEvent] = [.modelVersionCreated]
    ) -> Webhook {
        Webhook(id: "w", name: name, url: url, events: events, author: Self.ada, updatedAt: Self.ada.at)
    }

    @Test func `an approval is told as itself and as the tag that shows it`() {
        let notices = Self.notices(.versionApproved, "model:a:b:3", ["before": "PendingManualApproval"])
        #expect(notices.map(\.event) == [.modelVersionApproved, .modelVersionTagSet])
        #expect(notices[0].data["name"] == "a:b")
        #expect(notices[0].data["version"] == "3")
        #expect(notices[0].data["reason"] == "better")
        #expect(notices[1].data["value"] == "Approved")
    }

    @Test(arguments: [(JSONValue.boolean(true), "Worse: "), (.boolean(false), "Nobody took it on: ")])
    func `an alert that escalates is told as worse, or as one that nobody took on`(isWorse: JSONValue, start: String) {
        let payload: [String: JSONValue] = ["priority": "P1", "summary": "rent: 4 % fail", "worse": isWorse]
        let notices = Self.notices(.alertEscalated, "alert:RequestsFail/endpoint:rent", payload)
        #expect(notices.map(\.event) == [.alertEscalated] && notices[0].data["worse"] == isWorse)
        let message = WebhookMessage(notices[0], as: .slack, deliveryID: "d", secret: nil, at: Self.ada.at)
        #expect(message.body.contains("\(start)*P1* rent: 4 % fail"))
    }

    @Test func `a tag is told as set or deleted, an alias as created`() {
        #expect(
            Self.notices(.versionTagged, "model:m:1", ["key": "k", "value": .null]).map(\.event)
                == [.modelVersionTagDeleted]
        )
        let set = Self.notices(.versionTagged, "model:m:1", ["key": "k", "value": "v"])
        #expect(set[0].data == ["name": "m", "version": "1", "key": "k", "value": "v"])
        let alias = Self.notices(.aliasSet, "model:m:1", ["alias": "champion", "before": .null])
        #expect(alias[0].data == ["name": "m", "version": "1", "alias": "champion"])
        #expect(Self.notices(.keyCreated, "account:ada", [:]).isEmpty)
        #expect(Self.notices(.endpointDeployed, "endpoint:e", ["version": "m:1"])[0].data["endpoint"] == "e")
        let routed = Self.notices(.endpointRouted, "endpoint:e", ["variants": [["name": "a"]]])
        #expect(routed.map(\.event) == [.endpointRouted])
        #expect(routed[0].data["variants"] == [["name": "a"]])
    }

    @Test func `every event has a sample that the message format can write`() {
        for event in WebhookEvent.all {
            let notice = WebhookNotice.sample(of: event, at: Self.ada.at)
            for format in Webhook.Format.allCases {
                let message = WebhookMessage(notice, as: format, deliveryID: "d", secret: nil, at: Self.ada.at)
                #expect((try? JSONValue(parsing: Data(message.body.utf8))) != nil)
                #expect(message.headers["X-MLflow-Signature"] == nil)
            }
        }
    }

    @Test func `a signature is the one that the command line of OpenSSL computes`() {
        // printf '%s' "d1.1.$BODY" | openssl dgst -sha256 -hmac topsecret -binary | base64
        let notice = WebhookNotice(.endpointRemoved, at: Self.ada.at, by: "ada", data: ["endpoint": "e"])
        let message = WebhookMessage(notice, as: .slack, deliveryID: "d1", secret: "topsecret", at: Self.ada.at)
        #expect(message.body == #"{"text":"ada took down the endpoint *e*"}"#)
        #expect(message.headers["X-MLflow-Timestamp"] == "1")
        #expect(message.headers["X-MLflow-Signature"] == "v1,jCP/Fb9yocVQb7KTLZNXW+di9KgLddYTvDa0nLC03aQ=")
    }

    @Test func `Slack's own characters are escaped`() {
        let notice = WebhookNotice(
            .modelVersionRejected,
            at: Self.ada.at,
            by: "<!channel>",
            data: ["name": "m", "version": "1", "reason": "a & b"]
        )
        let message = WebhookMessage(notice, as: .slack, deliveryID: "d", secret: nil, at: Self.ada.at)
        #expect(message.body == #"{"text":"&lt;!channel&gt; rejected *m:1*: a &amp; b"}"#)
    }

    @Test(arguments: [
        "", "example.org", "ftp://example.org", "https://", "https://user:secret@example.org/", "file:///etc/passwd",
    ])
    func `an address that cannot be called is refused and never quoted`(url: String) {
        let error = #expect(throws: TrackingError.self) { try Self.webhook(url).validate() }
        #expect(error?.code == .invalidWebhook)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func `a webhook needs a name and an event`() throws {
        try Self.webhook().validate()
        #expect(throws: TrackingError.self) { try Self.webhook(name: "").validate() }
        #expect(throws: TrackingError.self) { try Self.webhook(events: []).validate() }
        let error = #expect(throws: TrackingError.self) { try WebhookEvent("model_version.approve") }
        #expect(error?.message.contains("Did you mean 'model_version.approved'?") == true)
    }

    @Test func `waits grow, stay under their limit and end`() throws {
        var last = TimeSpan.seconds(0)
        for attempt in 1..<WebhookSchedule.attemptLimit {
            let wait = try #require(WebhookSchedule.wait(after: attempt, jitter: 0.5))
            #expect(wait >= last)
            #expect(wait <= TimeSpan.seconds(21_600))
            #expect(try #require(WebhookSchedule.wait(after: attempt, jitter: 0)) < wait)
            last = wait
        }
        #expect(WebhookSchedule.wait(after: 1, jitter: 0.5) == TimeSpan.seconds(10))
        #expect(WebhookSchedule.wait(after: WebhookSchedule.attemptLimit, jitter: 0.5) == nil)
    }

    @Test func `the address of Slack is known`() {
        #expect(Webhook.format(for: "https://hooks.slack.com/services/x") == .slack)
        #expect(Webhook.format(for: "https://hooks.slack.com.example.org/x") == .mlflow)
    }
}
