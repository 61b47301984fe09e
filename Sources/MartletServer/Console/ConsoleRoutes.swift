import HTTPTypes
package import Hummingbird
import Logging
import MartletCore
import MartletTracking
import NIOCore

/// `/console`: pages for people.
package struct ConsoleRoutes: Sendable {
    /// The most bytes a form may have.
    static let formByteLimit = 64 << 10

    let context: ConsoleContext
    let responder: ConsoleResponder

    /// Reads the templates.
    ///
    /// - Throws: what is wrong with a template.
    package init(_ context: ConsoleContext) throws {
        self.context = context
        self.responder = try ConsoleResponder(context)
    }

    /// Adds every page, what they tell over HTTP, and sends `/` to the first.
    package func add<Context: RequestContext>(to router: Router<Context>) {
        router.get("/") { _, _ in ConsoleResponder.redirect("/console") }
        router.only(.get, "/console/assets/{revision}/{name}") { request, _ in self.responder.asset(request) }
        InsightRoutes(context: self.context).add(to: router)
        self.addTracking(to: router)
        self.addModels(to: router)
        self.addReleases(to: router)
        self.addJobs(to: router)
        self.addOverview(to: router)
        self.addData(to: router)
        self.addMonitoring(to: router)
        self.addSession(to: router)
    }

    private func addOverview<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        self.page(router, "/console") { try await .page(OverviewPage(visit: $0, context: console).page()) }
        self.page(router, "/console/indicators") {
            try await .page(IndicatorsPage(visit: $0, context: console).page())
        }
    }

    private func addData<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        self.page(router, "/console/data") { try await .page(DataPage(visit: $0, context: console).page()) }
        self.page(router, "/console/data/{source}") {
            try await .page(SourcePage(visit: $0, context: console).page())
        }
        self.form(router, "/console/data/{source}/quarantine") {
            try await SourcePage(visit: $0, context: console).decide($1)
        }
        self.page(router, "/console/features") { try await .page(FeaturesPage(visit: $0, context: console).list()) }
        self.page(router, "/console/features/{view}") {
            try await .page(FeaturesPage(visit: $0, context: console).page())
        }
    }

    private func addMonitoring<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        self.page(router, "/console/quality") { try await .page(QualityPage(visit: $0, context: console).page()) }
        self.page(router, "/console/alerts") { try await .page(AlertsPage(visit: $0, context: console).page()) }
        self.page(router, "/console/alerts/{id}") { try await .page(AlertPage(visit: $0, context: console).page()) }
        self.form(router, "/console/alerts/decision") {
            try await AlertsPage(visit: $0, context: console).decide($1)
        }
        self.page(router, "/console/objectives") {
            try await .page(ObjectivesPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/retraining") {
            try await .page(RetrainingPage(visit: $0, context: console).list())
        }
        self.page(router, "/console/retraining/{plan}") {
            try await .page(RetrainingPage(visit: $0, context: console).page())
        }
    }

    private func addJobs<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        self.page(router, "/console/pipelines") { try await .page(PipelinesPage(visit: $0, context: console).page()) }
        self.form(router, "/console/pipelines/{name}/run") { visit, _ in
            try await PipelinesPage(visit: visit, context: console).run()
        }
        self.page(router, "/console/jobs/{id}") { try await .page(JobPage(visit: $0, context: console).page()) }
        self.form(router, "/console/jobs/{id}/decision") {
            try await JobPage(visit: $0, context: console).decide($1)
        }
    }

    private func addTracking<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        self.page(router, "/console/experiments") {
            try await .page(ExperimentsPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/experiments/{id}") {
            try await .page(RunsPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/runs/{id}") {
            try await .page(RunOverviewPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/runs/{id}/metrics") {
            try await .page(RunMetricsPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/runs/{id}/artifacts") {
            try await .page(RunArtifactsPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/runs/{id}/files/**") {
            try await RunArtifactsPage(visit: $0, context: console).file()
        }
        self.page(router, "/console/compare") { try await .page(ComparePage(visit: $0, context: console).page()) }
    }

    private func addModels<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        let version: RouterPath = "/console/models/{name}/versions/{number}"
        self.page(router, "/console/models") { try await .page(ModelsPage(visit: $0, context: console).page()) }
        self.page(router, "/console/models/{name}") { try await .page(ModelPage(visit: $0, context: console).page()) }
        self.page(router, version) { try await .page(VersionPage(visit: $0, context: console).page()) }
        self.page(router, "\(version)/artifacts") {
            try await .page(VersionArtifactsPage(visit: $0, context: console).page())
        }
        self.page(router, "\(version)/files/**") { try await VersionArtifactsPage(visit: $0, context: console).file() }
        self.form(router, "\(version)/decision") {
            try await VersionChanges(visit: $0, context: console, form: $1).decide()
        }
        self.form(router, "\(version)/aliases") {
            try await VersionChanges(visit: $0, context: console, form: $1).changeAlias()
        }
        self.page(router, "/console/ledger") { try await .page(LedgerPage(visit: $0, context: console).page()) }
    }

    private func addReleases<Context: RequestContext>(to router: Router<Context>) {
        let console = self.context
        self.page(router, "/console/endpoints") { try await .page(EndpointsPage(visit: $0, context: console).page()) }
        self.page(router, "/console/endpoints/{name}") {
            try await .page(EndpointPage(visit: $0, context: console).page())
        }
        self.page(router, "/console/releases/{id}") {
            try await .page(ReleasePage(visit: $0, context: console).page())
        }
        self.form(router, "/console/releases/{id}/decision") {
            try await ReleasePage(visit: $0, context: console).decide($1)
        }
    }

    private func addSession<Context: RequestContext>(to router: Router<Context>) {
        let responder = self.responder
        router.get("/console/sign-in") { request, context in
            await responder.respond(request, context.logger, isOpen: true) { visit in
                .page(SignInPage.page(visit, problem: nil))
            }
        }
        router.post("/console/sign-in") { request, context in
            try await self.send(request, context.logger, isOpen: true) { visit, form in
                let isChoice = form["language"] != nil || form["theme"] != nil
                return isChoice ? SignInPage.preferences(visit, form) : try await responder.signIn(visit, form)
            }
        }
        router.only(.post, "/console/sign-out") { request, context in
            try await self.send(request, context.logger, isOpen: true) { _, _ in
                .redirect(Address.of("sign-in"), cookies: [(.session, nil)])
            }
        }
        self.form(router, "/console/preferences") { visit, form in SignInPage.preferences(visit, form) }
    }

    private func page<Context: RequestContext>(
        _ router: Router<Context>,
        _ path: RouterPath,
        _ answer: @escaping @Sendable (ConsoleVisit) async throws -> ConsoleAnswer
    ) {
        let responder = self.responder
        router.only(.get, path) { request, context in
            await responder.respond(request, context.logger, isOpen: false, answer)
        }
    }

    private func form<Context: RequestContext>(
        _ router: Router<Context>,
        _ path: RouterPath,
        _ answer: @escaping @Sendable (ConsoleVisit, FormText) async throws -> ConsoleAnswer
    ) {
        router.only(.post, path) { request, context in
            try await self.send(request, context.logger, isOpen: false, answer)
        }
    }

    /// Reads the form, checks that it came from one of our own pages, and answers.
    private func send(
        _ request: Request,
        _ logger: Logger,
        isOpen: Bool,
        _ answer: @escaping @Sendable (ConsoleVisit, FormText) async throws -> ConsoleAnswer
    ) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.formByteLimit)
        let form = FormText(String(buffer: body))
        return await self.responder.respond(request, logger, isOpen: isOpen) { visit in
            guard ConsoleResponder.isOwnForm(request, form, visit) else {
                throw ConsoleProblem(status: .forbidden, message: visit.words["problem.form"])
            }
            return try await answer(visit, form)
        }
    }
}
