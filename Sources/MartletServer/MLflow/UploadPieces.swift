import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletTracking
import NIOCore

/// The body of a request as pieces for the artifact store; one that ends early throws, so that no half file is stored.
struct UploadPieces: AsyncSequence, Sendable {
    private let body: RequestBody
    /// How many bytes the client announced; `nil` when it announced none.
    private let expected: Int64?

    /// Takes the body of `request`.
    init(_ request: Request) {
        self.body = request.body
        self.expected = request.headers[.contentLength].flatMap { Int64($0) }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(body: self.body.makeAsyncIterator(), expected: self.expected)
    }

    /// Walks the pieces and counts their bytes.
    struct Iterator: AsyncIteratorProtocol {
        var body: RequestBody.AsyncIterator
        let expected: Int64?
        private var count: Int64 = 0

        init(body: RequestBody.AsyncIterator, expected: Int64?) {
            self.body = body
            self.expected = expected
        }

        @concurrent
        mutating func next() async throws -> Data? {
            if let buffer = try await self.body.next() {
                self.count += Int64(buffer.readableBytes)
                return Data(buffer.readableBytesView)
            }
            if let expected = self.expected, self.count != expected {
                throw TrackingError(
                    .artifactFailed,
                    "the upload ended after \(self.count) of \(expected) bytes; nothing was stored, send it again"
                )
            }
            return nil
        }
    }
}
