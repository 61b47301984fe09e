import Foundation
import MartletCore
import MartletStores
import MartletTracking

/// How to reach the object store that `artifacts` names.
///
/// The key comes from `access_key_id` and `secret_access_key`, which a workspace writes as `${NAME}`, else from the
/// environment or the credentials file, as AWS's tools look for it.
struct ObjectStoreConfiguration: DocumentObject, Sendable {
    let endpoint: S3Location.Endpoint?
    let publicEndpoint: S3Location.Endpoint?
    let region: String?
    let usesPathStyle: Bool?
    let profile: String?
    /// Both halves of the key, when they are named; secret.
    let key: SigV4Credentials?

    init(from reader: ObjectReader) {
        self.endpoint = Self.endpoint(reader, "endpoint", "The address of the store, such as http://127.0.0.1:9000.")
        self.publicEndpoint = Self.endpoint(
            reader,
            "public_endpoint",
            "The address under which clients reach the store, in presigned addresses; by default 'endpoint'."
        )
        self.region = reader.optional(
            "region",
            String.self,
            "The region; by default AWS_REGION, then us-east-1. Stores without regions take auto."
        )
        self.usesPathStyle = reader.optional(
            "path_style",
            Bool.self,
            "Whether the bucket stands in the path; by default when an endpoint is named."
        )
        self.profile = reader.optional("profile", String.self, "The profile of the credentials file.")
        let id = reader.optional("access_key_id", String.self, "The key's public half.")
        let secret = reader.optional("secret_access_key", String.self, "The key's secret half; write it as ${NAME}.")
        let token = reader.optional("session_token", String.self, "The token of temporary keys; write it as ${NAME}.")
        if (id == nil) != (secret == nil) {
            reader.report(
                .documentInvalidValue,
                "access_key_id and secret_access_key belong together; set both, or neither and use the environment",
                at: id == nil ? "secret_access_key" : "access_key_id"
            )
        }
        self.key = id.flatMap { id in
            secret.map { SigV4Credentials(accessKeyID: id, secretAccessKey: $0, sessionToken: token) }
        }
    }

    private static func endpoint(_ reader: ObjectReader, _ key: String, _ summary: String) -> S3Location.Endpoint? {
        guard let text = reader.optional(key, String.self, summary) else { return nil }
        let endpoint = S3Location.Endpoint(text)
        if endpoint == nil {
            reader.report(
                .documentInvalidValue,
                "\(key) is not http://HOST[:PORT] or https://HOST[:PORT]; leave out paths and keys",
                at: key
            )
        }
        return endpoint
    }
}
