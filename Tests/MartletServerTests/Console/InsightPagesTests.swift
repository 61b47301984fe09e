import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletRetraining
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Testing

@testable import MartletServer

/// The overview, alerts, retraining and indicators, over real stores.
struct InsightPagesTests {
    private static let now = GatewayFixture.now + .seconds(100)
    private static let author = Attribution(by: "ada", at: GatewayFixture.now, reason: "a test")

    private let fixture: ServerFixture
    private let alerts: SQLAlertStore
    private let jobs: SQLJobStore
    private let retrainings: SQLRetrainingStore

    init() async throws {
        self.fixture = try await ServerFixture()
        try await self.fixture.deploy(1)
        self.alerts = SQLAlertStore(self.fixture.metadata)
        self.jobs = SQLJobStore(self.fixture.metadata)
        self.retrainings = SQLRetrainingStore(self.fixture.metadata)
    }

    private static let pipeline = Pipeline(name: "nightly", steps: [StepPlan(name: "load", work: .ingest(["sales"]))])

    private static func plan() throws -> RetrainingPlan {
        let context = DocumentContext()
        let text =
            "name: weekly\nrecipe: price\nlabels: paid\ntriggers: {volume: 0.1}\nrule: threshold\nauto: to-staging\n"
        let document = try #require(Document.parse(yaml: text, file: "weekly.yaml", in: context))
        let plan = RetrainingPlan.read(document, in: context)
        #expect(context.diagnostics.isEmpty)
        return plan
    }

    private func router(business: [EndpointBusiness] = []) throws -> Router<BasicRequestContext> {
        var console = ConsoleContext(
            tracking: SQLTrackingStore(self.fixture.metadata),
            registry: self.fixture.registry,
            ledger: SQLLedger(self.fixture.metadata),
            deployments: self.fixture.deployments,
            artifacts: FileArtifactStore(root: self.fixture.folder.appending(path: "artifacts").path),
            access: nil,
            workspace: "prices",
            version: "1",
            now: { Self.now }
        )
        console.jobs = JobContext(
            store: self.jobs,
            desk: JobDesk(store: self.jobs, newID: { "j1" }, now: { Self.now }),
            pipelines: { [Self.pipeline] },
            now: { Self.now }
        )
        console.alerts = ConsoleAlerts(store: self.alerts, newID: { "s1" })
        console.alerts?.levels = { Self.levels }
        console.alerts?.log = AlertLog(
            deliveries: SQLAlertDeliveryStore(self.fixture.metadata),
            actions: SQLAlertActionStore(self.fixture.metadata)
        )
        console.business = { business }
        let plan = try Self.plan()
        console.retraining = RetrainingContext(store: self.retrainings, plans: { [plan] })
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ErrorMiddleware())
        try ConsoleRoutes(console).add(to: router)
        return router
    }

    private static var levels: ServiceLevelReport {
        var facts = ServiceLevelReport.Facts()
        let counts = ServiceLevelReport.windows.map { _ in
            ServiceMinute(endpoint: "prices", minute: 0, requestCount: 1_000, faultCount: 20, lateCount: 0)
        }
        facts.sums = ["prices": counts]
        return ServiceLevelReport(ServiceObjectives(), facts, at: Self.now)
    }

    private func get(
        _ router: Router<BasicRequestContext>,
        _ path: String,
        _ language: String = "en"
    ) async throws -> String {
        try await Application(router: router)
            .test(.router) { client in
                try await client.execute(uri: path, method: .get, headers: [.acceptLanguage: language]) { response in
                    #expect(response.status == .ok, "\(path)")
                    let body = String(buffer: response.body)
                    #expect(!body.contains("{{"), "\(path)")
                    return body
                }
            }
    }

    /// Sends a form as the browser does that loaded a page before.
    private func post(
        _ router: Router<BasicRequestContext>,
        _ path: String,
        _ form: FormText
    ) async throws -> (HTTPResponse.Status, String) {
        let token = String(repeating: "a", count: FormToken.length)
        let headers: HTTPFields = [
            .contentType: "application/x-www-form-urlencoded", .cookie: "martlet_form=\(token); martlet_name=ada",
        ]
        return try await Application(router: router)
            .test(.router) { client in
                try await client.execute(
                    uri: path,
                    method: .post,
                    headers: headers,
                    body: ByteBuffer(string: form.setting("token", token).text)
                ) { ($0.status, $0.headers[.location] ?? String(buffer: $0.body)) }
            }
    }

    private func fire(_ priority: AlertPriority = .p1) async throws {
        var finding = AlertFinding(
            "ErrorGrew",
            about: "endpoint:prices",
            priority,
            summary: "the error is +24 %<b>",
            causes: ["area drifted", "a source changed"],
            runbook: "Look at the inputs.",
            holds: .seconds(0)
        )
        finding.consequenceRemarks = ["a budget burns"]
        _ = try await self.alerts.step([finding], AlertTiming(), at: Self.now - .seconds(60))
    }

    @Test func `the overview says that all is well, or what waits for whom`() async throws {
        let business = EndpointBusiness(
            endpoint: "prices",
            days: [
                BusinessDay(date: "2023-11-13", predictions: 40, contracts: 2, amount: 300, amountCount: 2),
                BusinessDay(date: "2023-11-14", predictions: 10, contracts: 0, amount: 0, amountCount: 0),
            ]
        )
        let router = try self.router(business: [business])
        let calm = try await self.get(router, "/console")
        #expect(calm.contains("Everything is well.") && calm.contains("Nothing waits for anybody."))
        #expect(calm.contains(#"data-business="prices""#) && calm.contains("4.00 %") && calm.contains("150"))
        try await self.fire()
        _ = try await self.fixture.registry.register(
            NewModelVersion(model: "prices", runID: nil, source: "models/none"),
            Self.author
        )
        let busy = try await self.get(router, "/console")
        #expect(busy.contains("Not well. To be looked at: 1."))
        #expect(busy.contains("the error is +24 %&lt;b&gt;") && !busy.contains("%<b>"))
        #expect(busy.contains("P1 · Error grew ← area drifted ← a source changed") && busy.contains("an approver"))
        let korean = try await self.get(router, "/console", "ko")
        #expect(korean.contains("확인이 필요한 문제가 1건 있습니다.") && korean.contains("승인 대기"))
        let told = try JSONValue(parsing: Data(try await self.get(router, "/v1/overview").utf8))
        #expect(told["well"] == .boolean(false))
        guard case .array(let waiting)? = told["waiting"] else { return }
        #expect(waiting.map { $0["kind"] } == ["alert", "approval"])
    }

    @Test func `sources that cannot be read are something wrong`() {
        var overview = OverviewReader.Overview()
        #expect(overview.isWell && overview.faultCount == 0)
        overview.waiting.append(WaitingItem(.approval, "prices:1", address: "", since: nil))
        #expect(overview.isWell)
        overview.dataFault = "the library of DuckDB was not found"
        #expect(!overview.isWell && overview.faultCount == 1 && overview.json["well"] == .boolean(false))
        overview.waiting.append(WaitingItem(.alert, "ErrorGrew", address: "", since: nil))
        #expect(overview.faultCount == 2)
    }

    @Test func `an alert is shown with its chain, taken on and silenced`() async throws {
        try await self.fire()
        let router = try self.router()
        let page = try await self.get(router, "/console/alerts")
        #expect(page.contains(#"data-alert="ErrorGrew/endpoint:prices""#) && page.contains("a source changed"))
        #expect(page.contains("a budget burns") && page.contains("retrain (in words only)"))
        let key = FormText().setting("alert", "ErrorGrew/endpoint:prices")
        let taken = try await self.post(router, "/console/alerts/decision", key.setting("action", "ack"))
        #expect(taken == (.seeOther, "/console/alerts?notice=ack"))
        #expect(try await self.alerts.openAlerts().first?.acknowledgement?.by == "ada")
        let vague = key.setting("action", "silence").setting("for", "4h")
        #expect(try await self.post(router, "/console/alerts/decision", vague).0 == .unprocessableContent)
        let silence = vague.setting("reason", "planned work")
        #expect(try await self.post(router, "/console/alerts/decision", silence).0 == .seeOther)
        let kept = try #require(try await self.alerts.silences(at: Self.now).first)
        #expect(kept.pattern == "ErrorGrew/endpoint:prices" && kept.until == Self.now + .seconds(14_400))
        let after = try await self.get(router, "/console/alerts", "ko")
        #expect(after.contains("planned work") && after.contains("알림 중지 목록") && !after.contains(">맡기<"))
        let lift = FormText().setting("action", "lift").setting("silence", "s1")
        #expect(try await self.post(router, "/console/alerts/decision", lift).0 == .seeOther)
        #expect(try await self.alerts.silences(at: Self.now).isEmpty)
    }

    @Test func `what an alert says is read in Korean, in lists and on its own page, after it was kept`() async throws {
        let outages: [(variant: String, reason: Remark)] = [("green", "a person says so")]
        let facts = AlertFacts(
            traffic: [.init(endpoint: "prices", requestCount: 50, faultCount: 0, slowCount: 9, outages: outages)],
            comparisons: [
                AlertFacts.Comparison(
                    endpoint: "prices",
                    version: "prices:1",
                    driftedColumns: ["area"],
                    errorGrowth: 0.241,
                    estimatedGrowth: nil
                )
            ]
        )
        let findings = facts.findings(ServiceObjectives(), at: Self.now)
        _ = try await self.alerts.step(findings, AlertTiming(), at: Self.now - .seconds(600))
        _ = try await self.alerts.step(findings, AlertTiming(), at: Self.now - .seconds(60))
        let router = try self.router()
        let error = ["prices: prices:1의 오차가 학습 때보다 24.1% 증가", "area 분포 변화"]
        let all = error + ["prices: 응답의 18%가 800 ms 초과", "prices: 변형 green 제외됨: a person says so"]
        let address = try await self.alerts.alert("ErrorGrew/endpoint:prices").id
        for (path, texts) in [
            ("/console", all), ("/console/alerts", all), ("/console/alerts/\(address)", error),
        ] {
            let korean = try await self.get(router, path, "ko")
            #expect(path != "/console/alerts" || korean.contains("재학습 (기록만)"))
            for text in texts { #expect(korean.contains(text), "\(path): \(text)") }
            #expect(!korean.contains("against training") && !korean.contains("drifted"), "\(path)")
            #expect(try await self.get(router, path).contains("the error of prices:1 is +24.1 % against training"))
        }
        let told = try await self.get(router, "/v1/overview", "ko")
        #expect(told.contains("prices: the error of prices:1 is +24.1 % against training"))
    }

    @Test func `the page of an alert says who was told what, and what was done by which rule`() async throws {
        try await self.fire()
        let log = try await AlertLogFixture(self.fixture.metadata, self.alerts)
        let router = try self.router()
        let address = "/console/alerts/\(log.alert.id)"
        #expect(try await self.get(router, "/console/alerts").contains("href=\"\(address)\""))
        let page = try await self.get(router, address)
        #expect(page.contains("the error is +24 %&lt;b&gt;") && page.contains("a source changed"))
        #expect(page.contains(#"data-delivery="x-pager""#) && page.contains("404 · no such hook"))
        #expect(page.contains("given up") && page.contains("on its way") && page.contains("Tell more people"))
        #expect(page.contains("told pager") && page.contains(#"value="ack""#))
        let korean = try await self.get(router, address, "ko")
        for text in ["알림 전송 내역", "전송 실패", "전송 대기", "자동 조치 내역", "추가 알림", "완료", "발생 중", "알림 전송: pager."] {
            #expect(korean.contains(text), "\(text)")
        }
        try await Application(router: router)
            .test(.router) { client in
                let unknown = try await client.execute(uri: "/console/alerts/a000", method: .get)
                #expect(unknown.status == .notFound && String(buffer: unknown.body).contains("a000"))
            }
    }

    @Test func `who may only read sees no buttons, and their forms change nothing`() async throws {
        try await self.fire()
        let router = try self.router()
        let grants = [AccessGrant(account: "vera", role: .viewer, scope: .everything, author: Self.author)]
        let viewer = Principal(name: "vera", person: "vera", grants: grants, keyID: nil)
        try await Principal.$current.withValue(viewer) {
            let pipelines = try await self.get(router, "/console/pipelines")
            #expect(pipelines.contains("nightly") && !pipelines.contains("/console/pipelines/nightly/run"))
            let alerts = try await self.get(router, "/console/alerts")
            #expect(alerts.contains("ErrorGrew") && !alerts.contains(#"value="ack""#))
            for (path, form) in [
                ("/console/pipelines/nightly/run", FormText()),
                ("/console/alerts/decision", FormText("alert=ErrorGrew%2Fendpoint%3Aprices&action=ack")),
            ] {
                #expect(try await self.post(router, path, form).0 == .forbidden, "\(path)")
            }
        }
        #expect(try await self.jobs.jobs(JobFilter()).isEmpty)
        #expect(try await self.alerts.openAlerts().first?.acknowledgement == nil)
    }

    @Test func `promises are shown with what is left of their budgets`() async throws {
        let router = try self.router()
        let page = try await self.get(router, "/console/objectives")
        #expect(page.contains(#"data-objective="endpoint:prices""#) && page.contains("Broken"))
        #expect(page.contains("20 of 1,000 failed") && page.contains("−100.0 %"))
        #expect(try await self.get(router, "/console/objectives", "ko").contains("오류율"))
    }

    @Test func `a job is begun, ended and done again from the pages`() async throws {
        let router = try self.router()
        let begun = try await self.post(router, "/console/pipelines/nightly/run", FormText())
        #expect(begun == (.seeOther, "/console/jobs/j1?notice=begun"))
        let stored = try #require(try await self.jobs.job("j1"))
        #expect(stored.job.cause.by == "ada" && stored.job.phase == .queued)
        let page = try await self.get(router, "/console/jobs/j1?notice=begun")
        #expect(page.contains("The job waits for its turn.") && page.contains(#"value="cancel""#))
        let address = "/console/jobs/j1/decision"
        let ended = try await self.post(router, address, FormText().setting("action", "cancel"))
        #expect(ended.0 == .seeOther)
        #expect(try await self.jobs.job("j1")?.job.phase == .cancelled)
        #expect(try await self.post(router, address, FormText().setting("action", "cancel")).0 == .conflict)
        #expect(try await self.post(router, address, FormText().setting("action", "retry")).0 == .seeOther)
        #expect(try await self.jobs.job("j1")?.job.phase == .queued)
        #expect(try await self.post(router, address, FormText()).0 == .badRequest)
        #expect(try await self.post(router, "/console/pipelines/nihgtly/run", FormText()).0 == .notFound)
    }

    @Test func `why a job failed is read in Korean, and what somebody's own program said as it was said`() async throws
    {
        let router = try self.router()
        _ = try await self.post(router, "/console/pipelines/nightly/run", FormText())
        let status = Remark("step.program.status", "'\("./load")' ended with status \(3)")
        let late = Remark("step.timeout", "it took longer than its timeout of \(TimeSpan.days(2)) and was ended")
        let reasons: [(Remark, String, String)] = [
            (status, "ended with status 3", "실패(종료 코드 3)"),
            (late, "its timeout of 2d and was ended", "제한 시간 2일 초과로 종료됨"),
            ("the key is wrong", "the key is wrong", "the key is wrong"),
        ]
        for (reason, english, korean) in reasons {
            if try await self.jobs.job("j1")?.job.phase == .failed {
                _ = try await self.jobs.retry("j1", by: "ada", at: Self.now)
            }
            let until = Self.now + .seconds(60)
            let stored = try #require(
                try await self.jobs.claim(as: "p", at: Self.now, until: until, only: "j1", isGone: { _ in false })
            )
            var machine = JobMachine(stored.job)
            machine.wasClaimed(at: Self.now)
            machine.stepDidStart(0, at: Self.now)
            machine.stepDidFail(0, reason, isFinal: true, at: Self.now, chance: 0)
            let lease = try #require(stored.lease)
            try await self.jobs.save(machine.job, lease, keeping: false, notBefore: nil)
            for path in ["/console", "/console/pipelines", "/console/jobs/j1"] {
                #expect(try await self.get(router, path).contains(english), "\(path): \(english)")
                let page = try await self.get(router, path, "ko")
                #expect(page.contains(korean) && page.contains("단계 "), "\(path): \(korean)")
                #expect(reason.code.isEmpty || !page.contains(english), "\(path): \(english)")
            }
        }
    }

    @Test func `decisions about retraining are shown and made once more`() async throws {
        let plan = try Self.plan()
        let evidence = RetrainingEvidence(
            now: Self.now,
            dataHash: ContentHash(of: "rows"),
            last: .init(at: Self.now - .days(3), version: "price:1", labels: 100),
            labels: 105,
            newLabels: 5
        )
        let decision = RetrainingRule.decide(plan.policy, plan.autonomy, evidence)
        try await self.retrainings.note(try RetrainingRecord(decision, of: plan, on: evidence))
        let router = try self.router()
        let list = try await self.get(router, "/console/retraining")
        #expect(list.contains(#"data-plan="weekly""#) && list.contains("up to staging"))
        let page = try await self.get(router, "/console/retraining/weekly")
        #expect(page.contains("not above 10 %") && page.contains("the same again"))
        #expect(try await self.get(router, "/console/retraining/weekly", "ko").contains("재현됨"))
        let told = try JSONValue(parsing: Data(try await self.get(router, "/v1/retraining/weekly").utf8))
        guard case .array(let decisions)? = told["decisions"] else { return }
        #expect(decisions.first?["replay"] == "same" && decisions.first?["verdict"] == "wait")
        try await Application(router: router)
            .test(.router) { client in
                let unknown = try await client.execute(uri: "/v1/retraining/weakly", method: .get)
                #expect(unknown.status == .notFound && String(buffer: unknown.body).contains("weekly"))
            }
    }

    @Test(arguments: [(lease: TimeSpan.seconds(5), en: "Under way", ko: "진행 중"), (.seconds(-5), "No sign", "응답 없음")])
    func `a training whose process gives no sign does not stand as under way`(
        lease: TimeSpan,
        en: String,
        ko: String
    ) async throws {
        let plan = try Self.plan()
        let evidence = RetrainingEvidence(now: Self.now, dataHash: ContentHash(of: "rows"), labels: 105, newLabels: 105)
        let decision = RetrainingRule.decide(plan.policy, plan.autonomy, evidence)
        let attempt = RetrainingAttempt(
            id: "t1",
            plan: plan.name,
            recipe: plan.recipe.value,
            dataHash: ContentHash(of: "rows"),
            recipeHash: ContentHash(of: "recipe"),
            labels: 105,
            startedBy: Attribution(by: "ada", at: Self.now - .seconds(60), reason: nil),
            process: "another:17:pid1:x1",
            leaseUntil: Self.now + lease
        )
        try await self.retrainings.begin(attempt, try RetrainingRecord(decision, of: plan, on: evidence))
        let router = try self.router()
        for path in ["/console/retraining", "/console/retraining/weekly"] {
            let (english, korean) = (try await self.get(router, path), try await self.get(router, path, "ko"))
            #expect(english.contains(en) && korean.contains(ko), "\(path)")
        }
    }

    @Test func `success indicators count deployments and jobs`() async throws {
        let router = try self.router()
        _ = try await self.post(router, "/console/pipelines/nightly/run", FormText())
        let page = try await self.get(router, "/console/indicators")
        #expect(page.contains("1 in all, 1 of them without a release") && page.contains("nothing was rolled back"))
        let told = try JSONValue(parsing: Data(try await self.get(router, "/v1/indicators").utf8))
        #expect(told["direct_deployments"] == .integer(1) && told["jobs_by_person"] == .integer(1))
        #expect(told["automation_share"] == .integer(0) || told["automation_share"] == .number(0))
    }
}
