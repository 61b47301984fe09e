package import AsyncHTTPClient
import Foundation
import MartletCore
package import MartletTracking
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The tracking server of a spool, over HTTP.
package struct HTTPSpoolUpstream: SpoolUpstream {
    private let client: HTTPClient
    private let base: String
    private let authorization: String?

    /// The most bytes of an answer that are taken.
    private static let answerLimit = 1 << 30
    private static let pieceSize = 1 << 18

    /// Sends to `base`, such as `http://mlflow:5000`.
    ///
    /// - Parameters:
    ///   - client: shared with others, shut down by its owner.
    ///   - base: scheme, host, port and a path if the server has one.
    ///   - authorization: the value of the header in every call; `nil` uses what the clients send.
    package init(client: HTTPClient, base: String, authorization: String?) {
        self.client = client
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.authorization = authorization
    }

    package func send(_ call: SpooledCall, authorization: String?) async throws(TrackingError) -> SpoolAnswer {
        var request = HTTPClientRequest(url: self.base + call.target)
        request.method = HTTPMethod(rawValue: call.method)
        request.headers.add(name: "User-Agent", value: "martlet-spool")
        if let type = call.contentType { request.headers.add(name: "Content-Type", value: type) }
        if let value = self.authorization ?? authorization { request.headers.add(name: "Authorization", value: value) }
        do {
            var file: FileHandle?
            defer { try? file?.close() }
            switch call.body {
            case .bytes(let data): if !data.isEmpty { request.body = .bytes(ByteBuffer(data: data)) }
            case .file(let path):
                let handle = try FileHandle(forReadingFrom: URL(filePath: path))
                let size = try handle.seekToEnd()
                try handle.seek(toOffset: 0)
                file = handle
                request.body = .stream(FilePieces(handle: handle, size: Self.pieceSize), length: .known(Int64(size)))
            }
            // An upload of any size may take its time; silence may not.
            let response = try await self.client.execute(request, timeout: .hours(6))
            let body = try await response.body.collect(upTo: Self.answerLimit)
            return SpoolAnswer(
                status: Int(response.status.code),
                contentType: response.headers.first(name: "Content-Type"),
                body: Data(buffer: body)
            )
        } catch {
            throw TrackingError(
                .spoolUnreachable,
                "the tracking server gave no answer (\(String(describing: error).prefix(120))); calls are kept until it "
                    + "does",
                underlying: error
            )
        }
    }
}

/// The bytes of an open file, piece by piece.
private struct FilePieces: AsyncSequence, Sendable {
    let handle: FileHandle
    let size: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let handle: FileHandle
        let size: Int

        mutating func next() async throws -> ByteBuffer? {
            guard let data = try self.handle.read(upToCount: self.size), !data.isEmpty else { return nil }
            return ByteBuffer(data: data)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(handle: self.handle, size: self.size) }
}
