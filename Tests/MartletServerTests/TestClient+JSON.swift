import Foundation
import HTTPTypes
import HummingbirdTesting
import MartletCore
import NIOCore

extension TestClientProtocol {
    func predict(_ body: String, endpoint: String = "prices") async throws -> TestResponse {
        try await self.execute(
            uri: "/v1/endpoints/\(endpoint)/predict",
            method: .post,
            body: ByteBuffer(string: body)
        )
    }

    func send(_ path: String, _ method: HTTPRequest.Method = .get) async throws -> TestResponse {
        try await self.execute(uri: path, method: method)
    }
}

extension TestResponse {
    var bytes: Data { Data(self.body.readableBytesView) }

    func json() throws -> JSONValue { try JSONValue(parsing: self.bytes) }

    var requestID: String? { HTTPField.Name("x-request-id").flatMap { self.headers[$0] } }
}
