package import AsyncHTTPClient
import Foundation
package import MartletCore
package import MartletIngest
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension ErrorCode {
    /// An address answered with something else than its data.
    package static let ingestFetchFailed = ErrorCode("ingest.fetchFailed")
    /// An address sent more than the source allows.
    package static let ingestTooLarge = ErrorCode("ingest.tooLarge")
    /// The environment has no key for a source.
    package static let ingestKeyMissing = ErrorCode("ingest.keyMissing")
}

/// Brings the pages of an HTTP(S) address; all pages of one fetch are one batch, all of them or none.
package struct HTTPSourceFetcher: SourceFetcher {
    private let client: HTTPClient
    private let environment: [String: String]
    private let now: @Sendable () -> EventTime
    private let pause: @Sendable (TimeSpan) async throws -> Void
    private let pace = RequestPace()

    /// Takes the client, which the caller shuts down.
    ///
    /// - Parameters:
    ///   - client: makes the requests.
    ///   - environment: holds the keys.
    ///   - now: the time.
    ///   - pause: waits between requests.
    package init(
        client: HTTPClient,
        environment: [String: String],
        now: @escaping @Sendable () -> EventTime,
        pause: @escaping @Sendable (TimeSpan) async throws -> Void
    ) {
        self.client = client
        self.environment = environment
        self.now = now
        self.pause = pause
    }

    package func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        let location = definition.location
        guard case .url(let url) = location.place else { return [] }
        var address = RequestAddress(url)
        let shown = address.shown
        for parameter in location.query { address.set(parameter.name, parameter.value) }
        var combinations: [(address: RequestAddress, words: [String])] = [(address, [])]
        for repetition in location.repetitions {
            let values = repetition.values.values(at: now, timezone: definition.timezone)
            combinations = combinations.flatMap { combination in
                values.map { value in
                    var address = combination.address
                    address.set(repetition.parameter, value)
                    return (address, combination.words + ["\(repetition.parameter)=\(value)"])
                }
            }
        }
        return combinations.map { combination in
            let origin = ([shown] + combination.words).joined(separator: " ")
            return SourceOffer(.url(combination.address.text), origin: origin)
        }
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        guard case .url(let text) = offer.place else { return FetchResult(isEmpty: true) }
        let location = definition.location
        let first = RequestAddress(text)
        var budget = location.sizeLimitMegabytes * 1_048_576
        guard let paging = location.paging else {
            let keeps = PageAnswer.needsDocument(definition)
            let (body, link) = try await self.page(first, definition, keepsBody: keeps, &budget) {
                try receiver.append($0)
            }
            if keeps {
                let answer = try PageAnswer(body, link: link, definition: definition, address: first.shown)
                if answer.saysEmpty { return FetchResult(isEmpty: true) }
                try receiver.append(body)
            }
            try receiver.endPage()
            return FetchResult()
        }
        var walk = PageWalk(paging, from: first, origin: offer.origin)
        while let address = try walk.next() {
            let (body, link) = try await self.page(address, definition, keepsBody: true, &budget) { _ in }
            let answer = try PageAnswer(body, link: link, definition: definition, address: address.shown)
            guard try walk.take(answer, from: address) else { continue }
            try receiver.append(body)
            try receiver.endPage()
        }
        return FetchResult(isEmpty: walk.isEmpty)
    }

    private func request(_ address: RequestAddress, _ definition: SourceDefinition) throws -> HTTPClientRequest {
        let location = definition.location
        var address = address
        var key: (name: String, value: String)?
        if let rule = location.key {
            guard let value = self.environment[rule.variable], !value.isEmpty else {
                throw IngestError(
                    .ingestKeyMissing,
                    "source '\(definition.name)' wants a key, and the environment variable '\(rule.variable)' is not "
                        + "set; set it for the process that runs martlet",
                    mayPass: false
                )
            }
            if let parameter = rule.parameter { address.set(parameter, key: value) }
            if let header = rule.header { key = (header, rule.prefix + value) }
        }
        var request = HTTPClientRequest(url: address.text)
        for header in location.headers { request.headers.replaceOrAdd(name: header.name, value: header.value) }
        if let key { request.headers.replaceOrAdd(name: key.name, value: key.value) }
        return request
    }

    private func page(
        _ address: RequestAddress,
        _ definition: SourceDefinition,
        keepsBody: Bool,
        _ budget: inout Int,
        take: (Data) throws -> Void
    ) async throws -> (body: Data, link: String?) {
        let location = definition.location
        let shown = address.shown
        let request = try self.request(address, definition)
        if let rate = location.requestsPerSecond {
            let wait = self.pace.wait(for: definition.name, perSecond: rate, at: self.now())
            if wait.microseconds > 0 { try await self.pause(wait) }
        }
        do {
            let timeout = TimeAmount.nanoseconds(location.timeout.microseconds * 1_000)
            let response = try await self.client.execute(request, timeout: timeout)
            guard (200..<300).contains(Int(response.status.code)) else { throw Self.refusal(response, shown) }
            var body = Data()
            for try await buffer in response.body {
                budget -= buffer.readableBytes
                guard budget >= 0 else {
                    throw IngestError(
                        .ingestTooLarge,
                        "'\(shown)' sends more than \(location.sizeLimitMegabytes) MB; raise 'size_limit_mb' if that is "
                            + "right",
                        mayPass: false
                    )
                }
                let bytes = Data(buffer: buffer)
                if keepsBody { body.append(bytes) } else { try take(bytes) }
            }
            return (body, response.headers["link"].first)
        } catch let error where !(error is IngestError || error is CancellationError) {
            let found = (error as? HTTPClientError)?.shortDescription ?? "the connection failed"
            throw IngestError(
                .ingestFetchFailed,
                "'\(shown)' could not be read: \(found); is the address right and reachable, and "
                    + "'timeout' (\(location.timeout)) long enough?",
                underlying: error
            )
        }
    }

    /// The error for an answer of another status; one that blames the request does not pass by itself.
    private static func refusal(_ response: HTTPClientResponse, _ shown: String) -> IngestError {
        let status = Int(response.status.code)
        let seconds = response.headers["retry-after"].first.flatMap { Int64($0) }
        return IngestError(
            .ingestFetchFailed,
            "'\(shown)' answered with status \(status); check the address, and its key or headers if it wants one",
            mayPass: !(400..<500).contains(status) || [408, 425, 429].contains(status),
            retryAfter: seconds.map { .seconds($0) }
        )
    }
}
