package import MartletCore

extension ErrorCode {
    /// An experiment of that name or id is not there.
    package static let experimentNotFound = ErrorCode("tracking.experimentNotFound")
    /// An experiment of that name is there already.
    package static let experimentExists = ErrorCode("tracking.experimentExists")
    /// A run of that id is not there.
    package static let runNotFound = ErrorCode("tracking.runNotFound")
    /// A run of that id is there already.
    package static let runExists = ErrorCode("tracking.runExists")
    /// The run was deleted and takes no more writes.
    package static let runDeleted = ErrorCode("tracking.runDeleted")
    /// A param was logged again with another value.
    package static let parameterChanged = ErrorCode("tracking.parameterChanged")
    /// A logged model of that id is not there, or was deleted.
    package static let loggedModelNotFound = ErrorCode("tracking.loggedModelNotFound")
    /// A logged model of that id is there already.
    package static let loggedModelExists = ErrorCode("tracking.loggedModelExists")
    /// A tag to delete is not there.
    package static let tagNotFound = ErrorCode("tracking.tagNotFound")
    /// A name, key or value is empty, too long or holds a character that is not allowed.
    package static let invalidTrackingValue = ErrorCode("tracking.invalidValue")
    /// The store that keeps runs and models could not answer.
    package static let trackingStoreFailed = ErrorCode("tracking.storeFailed")
    /// The store that keeps runs and models cannot be reached for now; the same call may succeed later.
    package static let trackingStoreUnavailable = ErrorCode("tracking.storeUnavailable")

    /// A registered model of that name is not there.
    package static let modelNotFound = ErrorCode("registry.modelNotFound")
    /// A registered model of that name is there already.
    package static let modelExists = ErrorCode("registry.modelExists")
    /// A version of that number is not there.
    package static let modelVersionNotFound = ErrorCode("registry.versionNotFound")
    /// An alias of that name is not there.
    package static let aliasNotFound = ErrorCode("registry.aliasNotFound")
    /// The alias is a reserved word or holds a character that is not allowed.
    package static let invalidAlias = ErrorCode("registry.invalidAlias")
    /// A reference such as `price@champion` cannot be read.
    package static let invalidModelReference = ErrorCode("registry.invalidReference")
    /// The version has that approval status already.
    package static let alreadyDecided = ErrorCode("registry.alreadyDecided")
    /// A decision was made before; another one needs a reason.
    package static let reasonRequired = ErrorCode("registry.reasonRequired")
    /// Nobody was named as the one who acts.
    package static let actorRequired = ErrorCode("registry.actorRequired")
    /// The version is live at an endpoint and cannot be rejected or deleted.
    package static let versionIsDeployed = ErrorCode("registry.versionIsDeployed")
    /// What a version was to stand on was removed for good.
    package static let sourceRemoved = ErrorCode("registry.sourceRemoved")

    /// Only an approved version can be deployed.
    package static let versionNotApproved = ErrorCode("deployment.versionNotApproved")
    /// An endpoint of that name is not there.
    package static let endpointNotFound = ErrorCode("deployment.endpointNotFound")
    /// The endpoint's name holds a character that is not allowed.
    package static let invalidEndpointName = ErrorCode("deployment.invalidEndpointName")
    /// The variants of an endpoint have names, weights or a salt that cannot be.
    package static let invalidTraffic = ErrorCode("deployment.invalidTraffic")
    /// Another change of the endpoint came first.
    package static let deploymentChangedMeanwhile = ErrorCode("deployment.changedMeanwhile")

    /// An artifact is not there.
    package static let artifactNotFound = ErrorCode("artifact.notFound")
    /// An artifact path is absolute, leaves its folder or holds a character that is not allowed.
    package static let invalidArtifactPath = ErrorCode("artifact.invalidPath")
    /// The bytes of an artifact could not be read or written.
    package static let artifactFailed = ErrorCode("artifact.failed")
    /// The bytes of an artifact are not those that were stored.
    package static let artifactDamaged = ErrorCode("artifact.damaged")
    /// An upload in parts is not there: it was completed, aborted or never begun.
    package static let uploadNotFound = ErrorCode("artifact.uploadNotFound")
    /// An upload cannot be completed: a part is missing, too small or another one.
    package static let invalidUpload = ErrorCode("artifact.invalidUpload")
    /// A model manifest cannot be read.
    package static let invalidManifest = ErrorCode("model.invalidManifest")
}
