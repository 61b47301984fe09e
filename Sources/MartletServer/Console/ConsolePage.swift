import HTTPTypes
import MartletCore
import MartletReleases
import MartletTracking

/// What a page of the console shows, before the frame is put around it.
struct ConsolePage: Sendable {
    /// The part of the console a page belongs to, marked in the navigation.
    enum Section: String, Sendable, CaseIterable {
        case overview
        case experiments
        case models
        case endpoints
        case data
        case pipelines
        case quality
        case ledger
    }

    let template: String
    let title: String
    let section: Section?
    let view: View
    var status: HTTPResponse.Status = .ok
}

/// What the console answers with.
enum ConsoleAnswer: Sendable {
    case page(ConsolePage)
    /// Sends the browser to an address of the console, with cookies to set.
    case redirect(String, cookies: [(ConsoleCookie, String?)])
    /// The bytes of an artifact.
    case file(ArtifactEntry)

    /// Sends the browser to `address`.
    static func redirect(_ address: String) -> ConsoleAnswer { .redirect(address, cookies: []) }
}

/// Why the console cannot show or do what was asked, as a page says it.
struct ConsoleProblem: Error, Sendable {
    let status: HTTPResponse.Status
    let message: String

    /// There is no `kind` called `name`.
    static func missing(_ words: Words, _ key: String, _ name: String) -> ConsoleProblem {
        ConsoleProblem(status: .notFound, message: words(key, name))
    }

    /// What a store's error means to somebody at a browser.
    init(_ error: TrackingError) {
        self.message = error.message
        self.status =
            switch error.code {
            case .experimentNotFound, .runNotFound, .modelNotFound, .modelVersionNotFound, .artifactNotFound,
                .aliasNotFound, .releaseNotFound, .endpointNotFound, .dataSourceNotFound, .retrainingPlanNotFound:
                .notFound
            case .trackingStoreFailed, .trackingStoreUnavailable, .artifactFailed, .dataUnavailable: .serviceUnavailable
            case .alreadyDecided, .versionIsDeployed, .releaseWrongPhase, .releaseChangedMeanwhile,
                .releaseEndpointBusy:
                .conflict
            case .accessRefused: .forbidden
            default: .unprocessableContent
            }
    }

    init(status: HTTPResponse.Status, message: String) {
        self.status = status
        self.message = message
    }
}
