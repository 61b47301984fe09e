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
}

/// Brings the pages of an HTTP(S) address; all pages of one fetch are one batch, all of them or none.
package struct HTTPSourceFetcher: SourceFetcher {
    private let client: HTTPClient

    /// Takes the client, which the caller shuts down.
    package init(client: HTTPClient) { self.client = client }

    package func offers(of definition: SourceDefinition) async throws -> [SourceOffer] {
        guard case .url(let url) = definition.location.place else { return [] }
        return [SourceOffer(.url(url), origin: Self.shown(url))]
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        into receiver: any RawReceiver
    ) async throws {
        guard case .url(let first) = offer.place else { return }
        let location = definition.location
        var budget = location.sizeLimitMegabytes * 1_048_576
        guard let paging = location.paging else {
            _ = try await self.page(first, location, keepsBody: false, &budget) { try receiver.append($0) }
            try receiver.endPage()
            return
        }
        var seen: Set<String> = []
        var next: String? = paging.parameter.map { Self.adding($0, paging.start, to: first) } ?? first
        var number = paging.start
        while let address = next {
            guard seen.insert(address).inserted else {
                throw IngestError(.ingestFetchFailed, "'\(Self.shown(address))' names itself as a later page again")
            }
            guard seen.count <= paging.pageLimit else {
                throw IngestError(
                    .ingestTooLarge,
                    "'\(offer.origin)' has more than \(paging.pageLimit) pages; raise 'page_limit' if that is right"
                )
            }
            let (body, link) = try await self.page(address, location, keepsBody: true, &budget) { _ in }
            let answer = try PageAnswer(body, link: link, paging: paging, address: Self.shown(address))
            if answer.isEmpty, paging.parameter != nil, seen.count > 1 { return }
            try receiver.append(body)
            try receiver.endPage()
            number += 1
            next =
                paging.parameter.map { answer.isEmpty ? nil : Self.adding($0, number, to: first) }
                ?? answer.next.map { URL(string: $0, relativeTo: URL(string: address))?.absoluteString ?? $0 }
        }
    }

    private func page(
        _ address: String,
        _ location: SourceOrigin,
        keepsBody: Bool,
        _ budget: inout Int,
        take: (Data) throws -> Void
    ) async throws -> (body: Data, link: String?) {
        let shown = Self.shown(address)
        var request = HTTPClientRequest(url: address)
        for header in location.headers { request.headers.replaceOrAdd(name: header.name, value: header.value) }
        do {
            let timeout = TimeAmount.nanoseconds(location.timeout.microseconds * 1_000)
            let response = try await self.client.execute(request, timeout: timeout)
            guard (200..<300).contains(Int(response.status.code)) else {
                throw IngestError(
                    .ingestFetchFailed,
                    "'\(shown)' answered with status \(response.status.code); check the address, and its headers if it "
                        + "wants a key"
                )
            }
            var body = Data()
            for try await buffer in response.body {
                budget -= buffer.readableBytes
                guard budget >= 0 else {
                    throw IngestError(
                        .ingestTooLarge,
                        "'\(shown)' sends more than \(location.sizeLimitMegabytes) MB; raise 'size_limit_mb' if that is "
                            + "right"
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

    /// The address without its query and user, which may hold a key.
    private static func shown(_ address: String) -> String {
        guard var parts = URLComponents(string: address) else { return "the address" }
        parts.query = nil
        parts.user = nil
        parts.password = nil
        return parts.string ?? "the address"
    }

    private static func adding(_ parameter: String, _ number: Int, to address: String) -> String {
        guard var parts = URLComponents(string: address) else { return address }
        let others = (parts.queryItems ?? []).filter { $0.name != parameter }
        parts.queryItems = others + [URLQueryItem(name: parameter, value: String(number))]
        return parts.string ?? address
    }
}
