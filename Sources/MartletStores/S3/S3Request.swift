import Foundation
import MartletCore
import MartletTracking

/// One call to an S3 store, before it is signed.
struct S3Request: Sendable {
    /// The method.
    let method: String
    /// The key of the object, or `nil` for the bucket.
    let key: String?
    /// The query's names and values, decoded; an empty value is written `name=`.
    var query: [(name: String, value: String)] = []
    /// Headers beside those that signing adds.
    var headers: [SigV4Request.Header] = []
    /// The body, whose hash is signed, so that the store refuses other bytes.
    var body = Data()
    /// What the caller wants to do, for messages.
    let attempt: String

    /// The query as it is sent.
    var queryText: String {
        self.query.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
    }
}
