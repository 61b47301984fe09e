package import AsyncHTTPClient
import Foundation
package import MartletCore
package import MartletIngest
import MartletTracking
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Brings the objects under a prefix of an S3 bucket, each a batch; one whose entity tag is loaded is not read again.
package struct ObjectSourceFetcher: SourceFetcher {
    private let http: HTTPClient
    private let environment: [String: String]
    private let now: @Sendable () -> EventTime

    /// Takes the client, which the caller shuts down, and the variables that keys and regions come from.
    package init(http: HTTPClient, environment: [String: String], now: @escaping @Sendable () -> EventTime) {
        self.http = http
        self.environment = environment
        self.now = now
    }

    package func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        guard case .objects(let origin) = definition.location.place else { return [] }
        let (client, bucket) = try self.client(origin, of: definition)
        let prefix = String(origin.uri.dropFirst("s3://\(bucket)/".count))
        let attempt = "list \(origin.uri)"
        var offers: [SourceOffer] = []
        var token: String?
        repeat {
            var query: [(name: String, value: String)] = [
                ("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix),
            ]
            if let token { query.append(("continuation-token", token)) }
            let document: S3Document
            do {
                let answer = try await client.send(S3Request(method: "GET", key: nil, query: query, attempt: attempt))
                guard let read = S3Document(answer.body), read.name == "ListBucketResult" else {
                    throw S3ArtifactStore.unreadable(attempt, client.location)
                }
                document = read
            } catch let error as CancellationError {
                throw error
            } catch {
                throw client.error(error, attempt)
            }
            for item in document.all("Contents") {
                let text = (item.text("Key") ?? "").replacing("+", with: " ")
                let key = document.text("EncodingType") == "url" ? PercentCoding.decode(text) : item.text("Key") ?? ""
                guard !key.hasSuffix("/"), origin.suffix.map(key.hasSuffix) ?? true else { continue }
                offers.append(
                    SourceOffer(.object(key), origin: "s3://\(bucket)/\(key)", version: item.text("ETag"))
                )
            }
            token = document.text("IsTruncated") == "true" ? document.text("NextContinuationToken") : nil
        } while token != nil
        return offers
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        guard case .objects(let origin) = definition.location.place, case .object(let key) = offer.place else {
            return FetchResult(isEmpty: true)
        }
        let (client, _) = try self.client(origin, of: definition)
        let attempt = "read \(offer.origin)"
        var budget = definition.location.sizeLimitMegabytes * 1_048_576
        do {
            var request = S3Request(method: "GET", key: key, attempt: attempt)
            // Bytes that changed since the listing are read at the next run, under their own entity tag.
            if let version = offer.version { request.headers = [.init("If-Match", version)] }
            let response = try await client.open(request)
            var received = 0
            for try await buffer in response.body {
                budget -= buffer.readableBytes
                received += buffer.readableBytes
                guard budget >= 0 else { throw Self.tooLarge(offer, definition) }
                try receiver.append(Data(buffer: buffer))
            }
            let length = response.headers.first(name: "content-length").flatMap { Int($0) }
            guard length == nil || length == received else {
                throw IngestError(.ingestFetchFailed, "'\(offer.origin)' was cut off after \(received) bytes")
            }
        } catch let error where error is IngestError || error is CancellationError {
            throw error
        } catch {
            throw client.error(error, attempt)
        }
        try receiver.endPage()
        return FetchResult()
    }

    private static func tooLarge(_ offer: SourceOffer, _ definition: SourceDefinition) -> IngestError {
        IngestError(
            .ingestTooLarge,
            "'\(offer.origin)' holds more than \(definition.location.sizeLimitMegabytes) MB; raise 'size_limit_mb' if that "
                + "is right",
            mayPass: false
        )
    }

    private func client(_ origin: ObjectsOrigin, of definition: SourceDefinition) throws -> (S3Client, bucket: String) {
        func first(_ names: String...) -> String? {
            names.compactMap { self.environment[$0] }.first { !$0.isEmpty }
        }
        let bucket = String(origin.uri.dropFirst(5).prefix { $0 != "/" })
        let endpoint = origin.endpoint ?? first("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        let location = S3Location(
            uri: "s3://\(bucket)",
            region: origin.region ?? first("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1",
            endpoint: endpoint.flatMap { S3Location.Endpoint($0) }
        )
        guard let location, endpoint == nil || endpoint.flatMap({ S3Location.Endpoint($0) }) != nil else {
            throw IngestError(
                .ingestFetchFailed,
                "source '\(definition.name)': '\(origin.uri)' is no place in a bucket, or its 'endpoint' no "
                    + "http://HOST[:PORT]; correct them",
                mayPass: false
            )
        }
        let credentials = S3CredentialChain(named: nil, profile: origin.profile, environment: self.environment)
        return (S3Client(location, http: self.http, credentials: credentials, now: self.now), bucket)
    }
}
