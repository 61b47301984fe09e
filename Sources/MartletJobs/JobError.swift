package import MartletCore

/// A pipeline, job or trigger that cannot be carried out.
package struct JobError: CodedError {
    package let code: ErrorCode
    package let message: String
    package let underlying: (any Error)?

    /// Records what was attempted, what was found and what to do.
    package init(_ code: ErrorCode, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }
}

extension ErrorCode {
    /// There is no job of that id.
    package static let jobNotFound = ErrorCode("job.notFound")
    /// The workspace has no pipeline of that name.
    package static let jobPipelineNotFound = ErrorCode("job.pipelineNotFound")
    /// The job cannot do that where it stands.
    package static let jobWrongPhase = ErrorCode("job.wrongPhase")
    /// Another process holds the job now.
    package static let jobLeaseLost = ErrorCode("job.leaseLost")
    /// A request or a parameter is not valid.
    package static let jobInvalid = ErrorCode("job.invalid")
    /// The one who asked may not start the pipeline.
    package static let jobTriggerRefused = ErrorCode("job.triggerRefused")
    /// The pipeline does not start jobs that way.
    package static let jobNoSuchTrigger = ErrorCode("job.noSuchTrigger")
    /// The store of jobs could not be read or written.
    package static let jobStoreFailed = ErrorCode("job.storeFailed")
}
