import AsyncHTTPClient
import MartletCore
import MartletStores
import MartletTracking
import NIOCore

/// The artifact store that an environment names: a folder, or a bucket.
struct ArtifactsHandle: Sendable {
    private enum Place {
        case folder(String)
        case bucket(S3Location, ObjectStoreConfiguration)
    }

    private let place: Place
    private let variables: [String: String]

    /// Connections to object stores.
    ///
    /// One for the process, because stores are made anew by each command and share them; it ends with the process.
    /// Answers are taken as they come: a redirect would break the signature, and unpacking the ranges.
    private static let http = HTTPClient(
        configuration: HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: HTTPClient.Configuration.Timeout(connect: .seconds(10), read: .seconds(60)),
            decompression: .disabled
        )
    )

    /// Reads where `stores` keeps artifacts; `folder` is the embedded store's.
    init(_ stores: StoresConfiguration, folder: String, variables: [String: String]) {
        self.variables = variables
        let region = [stores.s3.region, variables["AWS_REGION"], variables["AWS_DEFAULT_REGION"]]
            .compactMap(\.self).first { !$0.isEmpty }
        let endpoint = [variables["AWS_ENDPOINT_URL_S3"], variables["AWS_ENDPOINT_URL"]].compactMap(\.self)
            .first { !$0.isEmpty }
        let location = stores.artifacts.flatMap { uri in
            S3Location(
                uri: uri,
                region: region ?? "us-east-1",
                endpoint: stores.s3.endpoint ?? endpoint.flatMap { S3Location.Endpoint($0) },
                publicEndpoint: stores.s3.publicEndpoint,
                usesPathStyle: stores.s3.usesPathStyle
            )
        }
        self.place = location.map { .bucket($0, stores.s3) } ?? .folder(folder)
    }

    /// The store; nothing is opened or asked yet.
    func store() -> any ArtifactStore {
        switch self.place {
        case .folder(let root): FileArtifactStore(root: root)
        case .bucket(let location, let configuration):
            S3ArtifactStore(
                S3Client(
                    location,
                    http: Self.http,
                    credentials: S3CredentialChain(
                        named: configuration.key,
                        profile: configuration.profile,
                        environment: self.variables
                    ),
                    now: { .now }
                )
            )
        }
    }
}
