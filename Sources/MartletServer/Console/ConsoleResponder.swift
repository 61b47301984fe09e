import HTTPTypes
import Hummingbird
import Logging
import MartletCore
import MartletJobs
import MartletTracking
import NIOCore

/// Turns what a page says into a response: the frame, the headers that protect the reader, the way to the sign-in.
struct ConsoleResponder: Sendable {
    let context: ConsoleContext
    let templates: ConsoleTemplates

    /// How long a browser keeps a session; the session itself may end sooner.
    private static let sessionSeconds = 12 * 3_600
    /// How long a browser keeps what its reader chose.
    private static let preferenceSeconds = 365 * 86_400

    init(_ context: ConsoleContext) throws {
        self.context = context
        self.templates = try ConsoleTemplates()
    }

    /// Answers `request` with what `answer` says; every error becomes a page.
    ///
    /// Where keys are asked for, a page that is not `isOpen` sends a stranger to the sign-in.
    func respond(
        _ request: Request,
        _ logger: Logger,
        isOpen: Bool,
        _ answer: @Sendable (ConsoleVisit) async throws -> ConsoleAnswer
    ) async -> Response {
        let visitor = Principal.current.map(ConsoleVisitor.init)
        let visit = self.visit(request, visitor: visitor)
        do {
            if self.context.access != nil, visitor == nil, !isOpen {
                let target = request.method == .get ? visit.address : Address.root
                return Self.redirect(FormText().setting("next", target).after(Address.of("sign-in")))
            }
            return self.response(try await answer(visit), visit, request)
        } catch let problem as ConsoleProblem {
            return self.response(.page(self.page(problem, visit)), visit, request)
        } catch let error as TrackingError {
            return self.response(.page(self.page(ConsoleProblem(error), visit)), visit, request)
        } catch let error as JobError where error.status != .internalServerError {
            let problem = ConsoleProblem(status: error.status, message: error.message)
            return self.response(.page(self.page(problem, visit)), visit, request)
        } catch {
            logger.error("console page failed", metadata: ["error": "\(String(reflecting: type(of: error)))"])
            let problem = ConsoleProblem(status: .internalServerError, message: visit.words["problem.failed"])
            return self.response(.page(self.page(problem, visit)), visit, request)
        }
    }

    /// The file of the style sheet, a script or a drawing.
    func asset(_ request: Request) -> Response {
        let name = Self.components(of: request).last ?? ""
        guard let asset = ConsoleFiles.assets[name] else { return Response(status: .notFound) }
        var headers = HTTPFields()
        headers[.contentType] = asset.contentType
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    /// Sends a browser to `address` with GET.
    static func redirect(_ address: String) -> Response {
        Response(status: .seeOther, headers: [.location: address, .cacheControl: "no-store"])
    }

    /// Whether a form came from a page of ours: the token of the browser's cookie, and no other site as its origin.
    static func isOwnForm(_ request: Request, _ form: FormText, _ visit: ConsoleVisit) -> Bool {
        guard !visit.isNewBrowser, form["token"] == visit.formToken else { return false }
        let site = HTTPField.Name("sec-fetch-site").flatMap { request.headers[$0] }
        if let site, site != "same-origin", site != "none" { return false }
        guard let origin = request.headers[.origin], let host = request.head.authority else { return true }
        return origin.hasSuffix("://" + host)
    }

    private func visit(_ request: Request, visitor: ConsoleVisitor?) -> ConsoleVisit {
        let token = ConsoleCookie.form.value(in: request).flatMap { $0.count == FormToken.length ? $0 : nil }
        let query = FormText(request.uri.query ?? "")
        return ConsoleVisit(
            components: Array(Self.components(of: request).dropFirst()),
            query: query,
            address: query.after(request.uri.path),
            language: ConsoleCookie.language.value(in: request).flatMap(Language.init(rawValue:))
                ?? .preferred(request.headers[.acceptLanguage]),
            theme: ConsoleCookie.theme.value(in: request).flatMap(Theme.init(rawValue:)) ?? .system,
            formToken: token ?? FormToken.draw(),
            isNewBrowser: token == nil,
            visitor: visitor,
            rememberedName: ConsoleCookie.name.value(in: request),
            now: self.context.now()
        )
    }

    private static func components(of request: Request) -> [String] {
        request.uri.path.split(separator: "/").map { FormText.decode($0, plus: false) }
    }
}

extension ConsoleResponder {
    /// Opens a session for a good key; a bad one shows the form again.
    func signIn(_ visit: ConsoleVisit, _ form: FormText) async throws -> ConsoleAnswer {
        guard let access = self.context.access else { return .redirect(Address.root) }
        do {
            let session = try await access.session(forKey: (form["key"] ?? "").filter { !$0.isWhitespace })
            return .redirect(SignInPage.safe(form["next"]), cookies: [(.session, session)])
        } catch {
            guard error.code == .accessUnauthenticated else { throw error }
            return .page(SignInPage.page(visit, problem: visit.words["signIn.refused"]))
        }
    }

    private func page(_ problem: ConsoleProblem, _ visit: ConsoleVisit) -> ConsolePage {
        ConsolePage(
            template: "problem",
            title: visit.words["problem.\(problem.status.code)"],
            section: nil,
            view: [
                "message": problem.message, "code": String(problem.status.code),
                "backAddress": visit.components.first == "models" ? Address.of("models") : Address.root,
            ],
            status: problem.status
        )
    }

    private func response(_ answer: ConsoleAnswer, _ visit: ConsoleVisit, _ request: Request) -> Response {
        switch answer {
        case .page(let page): return self.response(page, visit, request)
        case .file(let entry):
            return ArtifactResponse(
                artifacts: self.context.artifacts,
                entry: entry,
                isDownload: visit.query["download"] != nil
            )
            .response
        case .redirect(let address, let cookies):
            var response = Self.redirect(address)
            for (cookie, value) in cookies {
                let seconds = cookie == .session ? Self.sessionSeconds : Self.preferenceSeconds
                let header = cookie.header(value, seconds: seconds, isSecure: Self.isSecure(request))
                response.headers.append(HTTPField(name: .setCookie, value: header))
            }
            return response
        }
    }

    private func response(_ page: ConsolePage, _ visit: ConsoleVisit, _ request: Request) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "private, no-store"
        headers[.contentLanguage] = visit.language.rawValue
        headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("referrer-policy") { headers[name] = "same-origin" }
        if visit.isNewBrowser {
            let cookie = ConsoleCookie.form.header(
                visit.formToken,
                seconds: Self.preferenceSeconds,
                isSecure: Self.isSecure(request)
            )
            headers[.setCookie] = cookie
        }
        let html = self.templates.render(self.frame(page, visit), with: page.template)
        return Response(status: page.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// What the frame around every page needs, under names of its own.
    private func frame(_ page: ConsolePage, _ visit: ConsoleVisit) -> View {
        let words = visit.words
        let titles = ConsolePage.Section.allCases.map { section -> View in
            [
                "navTitle": words[section.rawValue], "isHere": section == page.section,
                "navAddress": section == .overview ? Address.root : Address.of(section.rawValue),
            ]
        }
        let frame: View = [
            "pageTitle": page.title, "t": words.view, "language": visit.language.rawValue,
            "theme": visit.theme.rawValue,
            "assets": "/console/assets/\(ConsoleFiles.revision)", "navigation": titles, "token": visit.formToken,
            "address": visit.address, "workspace": self.context.workspace, "programVersion": self.context.version,
            "languages": Language.allCases.map { language -> View in
                ["code": language.rawValue, "ownName": language.ownName, "isChosen": language == visit.language]
            },
            "themes": Theme.allCases.map { theme -> View in
                ["code": theme.rawValue, "ownName": words["theme.\(theme.rawValue)"], "isChosen": theme == visit.theme]
            },
            "signedIn": visit.visitor?.name,
        ]
        return frame.merging(page.view)
    }

    private static func isSecure(_ request: Request) -> Bool {
        let forwarded = HTTPField.Name("x-forwarded-proto").flatMap { request.headers[$0] }
        return forwarded == "https" || request.head.scheme == "https"
    }
}
