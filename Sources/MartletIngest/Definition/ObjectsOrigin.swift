package import MartletCore

/// The objects under a prefix of an S3 bucket as a source; each is a batch, in the order of keys.
package struct ObjectsOrigin: DocumentObject, Sendable, Hashable {
    package let uri: String
    package let suffix: String?
    package let endpoint: String?
    package let region: String?
    package let profile: String?

    package init(from reader: ObjectReader) {
        self.uri = reader.required("uri", String.self, "The bucket and prefix, such as s3://sales/daily/.")
        self.suffix = reader.optional("suffix", String.self, "Only keys that end so, such as .csv.")
        self.endpoint = reader.optional("endpoint", String.self, "The store's address, for stores other than AWS.")
        self.region = reader.optional("region", String.self, "The region; by default AWS_REGION, then us-east-1.")
        self.profile = reader.optional("profile", String.self, "The profile of the credentials file.")
        if !self.uri.hasPrefix("s3://") || self.uri.count < 6 {
            reader.report(.documentInvalidValue, "a place in a bucket is written s3://BUCKET/PREFIX", at: "uri")
        }
    }
}
