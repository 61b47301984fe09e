import Crypto
import Foundation
package import MartletCore

/// What a signature is good for: one UTC day, one region and one service.
package struct SigV4Scope: Sendable, Hashable, CustomStringConvertible {
    /// The UTC day, such as `20130524`.
    package let day: String
    package let region: String
    /// The service, such as `s3` or `sagemaker`.
    package let service: String

    /// The scope of requests made at `time`.
    package init(at time: EventTime, region: String, service: String) {
        self.day = String(SigV4Time(time).text.prefix(8))
        self.region = region
        self.service = service
    }

    /// Reads the scope as it is written in a request, or returns `nil`.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3] == "aws4_request", parts[0].utf8.count == 8,
            parts[0].utf8.allSatisfy({ (48...57).contains($0) }), !parts[1].isEmpty, !parts[2].isEmpty
        else { return nil }
        self.day = String(parts[0])
        self.region = String(parts[1])
        self.service = String(parts[2])
    }

    package var description: String { "\(self.day)/\(self.region)/\(self.service)/aws4_request" }

    /// Whether canonical paths follow S3's rule: encoded once, as they are, without resolving `.` and `..`.
    var keepsPath: Bool { self.service == "s3" || self.service == "s3express" }

    /// The signature of `request` under `secret`, in hexadecimal.
    func signature(of stringToSign: String, secret: String) -> String {
        var key = SymmetricKey(data: Data("AWS4\(secret)".utf8))
        for part in [self.day, self.region, self.service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        return PercentCoding.hex(HMAC<SHA256>.authenticationCode(for: Data(stringToSign.utf8), using: key))
    }
}
