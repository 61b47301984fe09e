package import HTTPTypes
import MartletCore
import MartletMonitoring
import MartletReleases
package import MartletTracking

extension TrackingError {
    /// The status HTTP answers this error with; codes not listed are faults of the server.
    package var status: HTTPResponse.Status {
        switch self.code {
        case .accessUnauthenticated, .signatureMalformed, .signatureMismatch, .signatureClockSkew, .signatureExpired,
            .signatureBodyChanged:
            .unauthorized
        case .accessRefused, .fourEyes: .forbidden
        case .experimentNotFound, .runNotFound, .tagNotFound, .modelNotFound, .modelVersionNotFound, .aliasNotFound,
            .endpointNotFound, .artifactNotFound, .webhookNotFound, .accountNotFound, .keyNotFound, .grantNotFound,
            .releaseNotFound, .dataSourceNotFound, .retrainingPlanNotFound, .alertNotFound, .alertSilenceNotFound:
            .notFound
        case .experimentExists, .runExists, .modelExists, .accountExists, .alreadyDecided, .versionIsDeployed,
            .versionNotApproved, .runDeleted, .parameterChanged, .deploymentChangedMeanwhile, .feedbackConflict,
            .releaseEndpointBusy, .releaseNothingDeployed, .releaseSameVersion, .releaseChecklistUnmet,
            .releaseWrongPhase, .releaseChangedMeanwhile, .releaseReplayDiffers:
            .conflict
        case .invalidTrackingValue, .invalidAlias, .invalidModelReference, .reasonRequired, .actorRequired,
            .reservedTag, .invalidEndpointName, .invalidArtifactPath, .invalidWebhook, .unknownWebhookEvent,
            .invalidAccount, .invalidKey, .invalidScope, .invalidTraffic, .invalidFeedback, .releaseInvalid,
            .dataInvalid, .alertInvalid:
            .unprocessableContent
        case .identityKeysUnavailable, .dataUnavailable: .serviceUnavailable
        default: .internalServerError
        }
    }
}
