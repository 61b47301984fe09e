package import MartletCore

extension ErrorCode {
    /// Served values cannot be compared with the offline store.
    package static let releaseSkewUnknown = ErrorCode("release.skewUnknown")
    /// A release or experiment of that id is not there.
    package static let releaseNotFound = ErrorCode("release.notFound")
    /// The endpoint is held by a release or experiment that has not ended.
    package static let releaseEndpointBusy = ErrorCode("release.endpointBusy")
    /// The endpoint serves nothing that a release could go back to.
    package static let releaseNothingDeployed = ErrorCode("release.nothingDeployed")
    /// The version to be released is the one that is live.
    package static let releaseSameVersion = ErrorCode("release.sameVersion")
    /// An item of the checklist is not met and not waived.
    package static let releaseChecklistUnmet = ErrorCode("release.checklistUnmet")
    /// The release cannot do that where it stands.
    package static let releaseWrongPhase = ErrorCode("release.wrongPhase")
    /// Another process changed the release first.
    package static let releaseChangedMeanwhile = ErrorCode("release.changedMeanwhile")
    /// A plan, a request or a parameter is not valid.
    package static let releaseInvalid = ErrorCode("release.invalid")
    /// A recorded decision does not come out again when it is recomputed.
    package static let releaseReplayDiffers = ErrorCode("release.replayDiffers")
}
