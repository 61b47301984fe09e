import HTTPTypes
import MartletCore
import MartletJobs

extension JobError {
    /// The status HTTP answers this error with; codes not listed are faults of the server.
    var status: HTTPResponse.Status {
        switch self.code {
        case .jobNotFound, .jobPipelineNotFound: .notFound
        case .jobWrongPhase, .jobLeaseLost: .conflict
        case .jobInvalid, .jobNoSuchTrigger: .unprocessableContent
        case .jobTriggerRefused: .forbidden
        default: .internalServerError
        }
    }
}
