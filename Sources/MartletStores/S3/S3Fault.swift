import Foundation
import MartletCore
import MartletTracking

/// What an S3 store answered in place of success.
struct S3Fault: Error, Sendable {
    let status: Int
    /// S3's own word, such as `NoSuchKey`; empty when the answer had no body.
    let code: String
    /// The region the store says the bucket is in.
    let region: String?
    /// The time by the store's clock.
    let serverTime: String?

    /// Reads an answer; a `HEAD` has headers only.
    init(status: Int, body: Data, header: (String) -> String?) {
        let document = S3Document(body)
        self.status = status
        self.code = document?.text("Code") ?? ""
        self.region = header("x-amz-bucket-region") ?? document?.text("Region")
        self.serverTime = document?.text("ServerTime") ?? header("date")
    }

    /// Whether the same request may succeed a little later.
    var isTransient: Bool {
        self.status >= 500 && self.status != 501 || self.status == 429 || self.status == 408
            || ["RequestTimeout", "SlowDown", "OperationAborted"].contains(self.code)
    }

    /// Whether nothing lies there.
    var isMissing: Bool { self.status == 404 && self.code != "NoSuchBucket" && self.code != "NoSuchUpload" }

    /// The error for a person, in words about `location`.
    func error(_ attempt: String, _ location: S3Location, now: EventTime) -> TrackingError {
        TrackingError(.artifactFailed, "could not \(attempt): \(self.explanation(location, now))")
    }

    private func explanation(_ location: S3Location, _ now: EventTime) -> String {
        let place = "'\(location.endpoint)'"
        switch self.code {
        case "RequestTimeTooSkewed", "RequestExpired":
            return "\(place) says that the request's time is too far from its own: its clock shows "
                + "\(self.serverTime ?? "another time"), this machine's \(now); set this machine's clock"
        case "SignatureDoesNotMatch":
            return "\(place) does not accept the signature; check the secret access key, and that no proxy changes "
                + "requests on the way"
        case "InvalidAccessKeyId", "InvalidSecurity", "InvalidToken", "ExpiredToken":
            return "\(place) does not know the access key, or its token has expired (\(self.code)); give Martlet a key "
                + "that is valid there"
        case "NoSuchBucket":
            return "the bucket '\(location.bucket)' does not exist at \(place); create it, or correct 'artifacts'"
        case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
            "TemporaryRedirect":
            let found = self.region.map { "is in region '\($0)'" } ?? "is in another region"
            return "the bucket '\(location.bucket)' \(found), and 'region' says '\(location.region)'; correct 'region'"
        case "EntityTooLarge":
            return "the file is larger than \(place) takes"
        default: break
        }
        switch self.status {
        case 301, 307, 308:
            let found = self.region.map { " in region '\($0)'" } ?? ""
            return "the bucket '\(location.bucket)' answers at another address\(found); correct 'region' and 'endpoint'"
        case 401, 403:
            return "\(place) refuses access to '\(location.uri)'\(self.suffix); allow the key to list, read, write and "
                + "delete there"
        case 404: return "\(place) knows no such address\(self.suffix); check 'endpoint' and 'path_style'"
        case 501: return "\(place) does not offer what is needed\(self.suffix)"
        default: return "\(place) answered with status \(self.status)\(self.suffix); try again later"
        }
    }

    private var suffix: String { self.code.isEmpty ? "" : " (\(self.code))" }
}
