package import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The address of an identity provider's public keys.
package struct JWKSAddress: Sendable {
    private let url: String
    private let client: HTTPClient

    /// How long the provider may take to answer.
    private static let timeout = TimeAmount.seconds(10)
    /// The longest document that is read, in bytes.
    private static let byteLimit = 1_048_576

    /// Reads from `url` by `client`, which must follow no redirects.
    package init(_ url: String, client: HTTPClient) {
        self.url = url
        self.client = client
    }

    /// Reads the document.
    ///
    /// - Throws: `identity.keysUnreadable`, or what the client throws.
    package func read() async throws -> Data {
        var request = HTTPClientRequest(url: self.url)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "martlet")
        let response = try await self.client.execute(request, timeout: Self.timeout)
        guard response.status == .ok else {
            throw StoreError(
                .identityKeysUnreadable,
                "the identity provider answered \(response.status.code) when asked for its keys; check jwks_url"
            )
        }
        return Data(try await response.body.collect(upTo: Self.byteLimit).readableBytesView)
    }
}
