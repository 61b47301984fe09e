package import AsyncHTTPClient
import Foundation
package import MartletCore
import MartletTracking
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Sends signed requests to an S3 store, and sends them again when the store or the way to it fails for a moment.
package struct S3Client: Sendable {
    /// How often and how soon a request is sent again.
    package struct Retries: Sendable {
        /// How often a request is sent at most.
        package let limit: Int
        /// The pause before the second time; it doubles each time, up to ``longestPause``.
        package let firstPause: Duration
        /// The longest pause.
        package let longestPause: Duration

        /// Says how often and how soon.
        package init(
            limit: Int = 6,
            firstPause: Duration = .milliseconds(100),
            longestPause: Duration = .seconds(10)
        ) {
            self.limit = limit
            self.firstPause = firstPause
            self.longestPause = longestPause
        }
    }

    let location: S3Location
    private let http: HTTPClient
    private let credentials: any S3CredentialSource
    private let retries: Retries
    private let now: @Sendable () -> EventTime
    private static let answerByteLimit = 16 << 20

    /// Talks to the store at `location`; the caller shuts `http` down, and `now` is the clock that signatures show.
    package init(
        _ location: S3Location,
        http: HTTPClient,
        credentials: any S3CredentialSource,
        retries: Retries = Retries(),
        now: @escaping @Sendable () -> EventTime
    ) {
        self.location = location
        self.http = http
        self.credentials = credentials
        self.retries = retries
        self.now = now
    }

    /// What came back, when it was small.
    struct Answer: Sendable {
        let headers: HTTPHeaders
        let body: Data
        /// How often the request was sent.
        let sendCount: Int
    }

    /// Sends `request` and collects the answer.
    ///
    /// - Throws: `S3Fault`, or `TrackingError` with `artifact.failed` when the store cannot be reached.
    func send(_ request: S3Request) async throws -> Answer {
        try await self.retry(request) { response, sendCount in
            var body = try await response.body.collect(upTo: Self.answerByteLimit)
            return Answer(
                headers: response.headers,
                body: body.readData(length: body.readableBytes) ?? Data(),
                sendCount: sendCount
            )
        }
    }

    /// Sends `request` and returns the answer with a body that is still to come.
    func open(_ request: S3Request) async throws -> HTTPClientResponse {
        try await self.retry(request) { response, _ in response }
    }

    /// An error for a person, from whatever was thrown while `attempt` was made.
    func error(_ error: any Error, _ attempt: String) -> TrackingError {
        if let error = error as? TrackingError { return error }
        if let fault = error as? S3Fault { return fault.error(attempt, self.location, now: self.now()) }
        return TrackingError(
            .artifactFailed,
            "could not \(attempt): the other side stopped; try again",
            underlying: error
        )
    }

    /// Returns the address of `request` with a signature in its query.
    func presign(_ request: S3Request, lifetime: TimeSpan) async throws(TrackingError) -> String {
        let endpoint = self.location.publicEndpoint
        let address = self.location.address(of: request.key, at: endpoint)
        let signed = SigV4Request(
            method: request.method,
            path: address.path,
            query: request.queryText,
            headers: [.init("Host", address.authority)]
        )
        let now = self.now()
        let query = try await self.signer(at: now).query(presigning: signed, at: now, lifetime: lifetime)
        return "\(endpoint.scheme)://\(address.authority)\(address.path)?\(query)"
    }

    private func signer(at time: EventTime) async throws(TrackingError) -> SigV4Signer {
        SigV4Signer(try await self.credentials.credentials(at: time), region: self.location.region, service: "s3")
    }

    private func retry<Result>(
        _ request: S3Request,
        _ finish: (HTTPClientResponse, Int) async throws -> Result
    ) async throws -> Result {
        var sendCount = 0
        while true {
            sendCount += 1
            do {
                let response = try await self.http.execute(try await self.signed(request), timeout: .minutes(10))
                if (200..<300).contains(Int(response.status.code)) { return try await finish(response, sendCount) }
                let body = try? await response.body.collect(upTo: 1 << 16)
                throw S3Fault(
                    status: Int(response.status.code),
                    body: body.map { Data(buffer: $0) } ?? Data(),
                    header: { response.headers.first(name: $0) }
                )
            } catch let error as CancellationError {
                throw error
            } catch let fault as S3Fault {
                guard fault.isTransient, sendCount < self.retries.limit else { throw fault }
            } catch let error as TrackingError {
                throw error
            } catch {
                try Task.checkCancellation()
                guard sendCount < self.retries.limit else { throw self.unreachable(request, sendCount, error) }
            }
            try await Task.sleep(for: self.pause(after: sendCount))
        }
    }

    /// The pause doubles, and is anything from half to all of that, so that many clients do not return as one.
    private func pause(after sendCount: Int) -> Duration {
        let full = min(self.retries.firstPause * (1 << min(sendCount - 1, 16)), self.retries.longestPause)
        return full * Double.random(in: 0.5...1)
    }

    private func signed(_ request: S3Request) async throws(TrackingError) -> HTTPClientRequest {
        let endpoint = self.location.endpoint
        let address = self.location.address(of: request.key, at: endpoint)
        let query = request.queryText
        let time = self.now()
        let unsigned = SigV4Request(
            method: request.method,
            path: address.path,
            query: query,
            headers: [.init("Host", address.authority)] + request.headers
        )
        let added = try await self.signer(at: time)
            .headers(signing: unsigned, payload: .hash(ContentHash(of: request.body)), at: time)
        let suffix = query.isEmpty ? "" : "?\(query)"
        var result = HTTPClientRequest(url: "\(endpoint.scheme)://\(address.authority)\(address.path)\(suffix)")
        result.method = HTTPMethod(rawValue: request.method)
        for header in unsigned.headers + added { result.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty || request.method == "PUT" || request.method == "POST" {
            result.body = .bytes(ByteBuffer(data: request.body))
        }
        return result
    }

    private func unreachable(_ request: S3Request, _ sendCount: Int, _ error: any Error) -> TrackingError {
        let found = (error as? HTTPClientError)?.shortDescription ?? "the connection failed"
        return TrackingError(
            .artifactFailed,
            "could not \(request.attempt): '\(self.location.endpoint)' did not answer in \(sendCount) tries (\(found)); "
                + "check 'endpoint' and the network",
            underlying: error
        )
    }
}
