import AsyncHTTPClient
import Foundation
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import NIOHTTP1
import Testing

extension MotoServer {
    static let http = HTTPClient(
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    )

    static let key = SigV4Credentials(accessKeyID: Self.accessKeyID, secretAccessKey: Self.secretAccessKey)

    /// A client of `bucket` at `address`, by default this server's.
    func client(
        of bucket: String,
        prefix: String = "team/models",
        at address: String? = nil,
        key: SigV4Credentials = Self.key,
        now: @escaping @Sendable () -> EventTime = { .now }
    ) throws -> S3Client {
        let location = try #require(
            S3Location(
                uri: "s3://\(bucket)/\(prefix)",
                region: "us-east-1",
                endpoint: S3Location.Endpoint(address ?? self.address)
            )
        )
        return S3Client(
            location,
            http: Self.http,
            credentials: FixedS3Credentials(key),
            retries: S3Client.Retries(limit: 4, firstPause: .milliseconds(1), longestPause: .milliseconds(5)),
            now: now
        )
    }

    /// Makes a bucket, as a person would with another tool.
    func makeBucket(_ name: String) async throws {
        var request = HTTPClientRequest(url: "\(self.address)/\(name)")
        request.method = .PUT
        let response = try await Self.http.execute(request, timeout: .seconds(30))
        #expect(response.status == .ok)
    }
}
