import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletTracking

/// Uploads in parts, and addresses that need no credentials.
///
/// A store with presigned addresses gets the parts directly. For one without, such as files, the parts go to this server.
struct MultipartRoutes: Sendable {
    /// How long an address is good for.
    private static let lifetime = TimeSpan(microseconds: 3_600_000_000)

    let services: MLflowServices
    /// What stands before `/mpu` and `/presigned`.
    let base: String

    private var store: any ArtifactStore { self.services.artifacts }

    func add<Context: RequestContext>(to router: Router<Context>) {
        router.on(RouterPath(self.base + "/mpu/create/**"), method: .post) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.create(request, "mpu/create") }
        }
        router.on(RouterPath(self.base + "/mpu/complete/**"), method: .post) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.complete(request, "mpu/complete") }
        }
        router.on(RouterPath(self.base + "/mpu/abort/**"), method: .post) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.abort(request, "mpu/abort") }
        }
        router.on(RouterPath(self.base + "/mpu/part/**"), method: .put) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.putPart(request) }
        }
        router.on(RouterPath(self.base + "/presigned/**"), method: .get) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.presigned(request) }
        }
    }

    private func create(_ request: Request, _ route: String) async throws -> Response {
        let fields = try await MLflowTransport.fields(of: request, method: .post)
        let path = try self.path(of: request, route, fields)
        let count = try fields.integer("num_parts") ?? 0
        guard (1...Int64(ArtifactUpload.partLimit)).contains(count) else {
            throw MLflowError.invalid(
                "Invalid value \(count) for parameter 'num_parts' supplied. It must be 1 to \(ArtifactUpload.partLimit)"
            )
        }
        let upload = try await self.store.beginUpload(at: path)
        var parts: [(number: Int, request: PresignedRequest)] = []
        for number in 1...Int(count) {
            let presigned = try await self.store.presigned(
                .writePart(number: number, of: upload),
                lifetime: Self.lifetime
            )
            parts.append((number, try presigned ?? self.ownPart(number, of: upload, request)))
        }
        let answer = MLflowAnswer.object(capacity: 300 * parts.count) { json in
            json.string("upload_id", upload.id)
            json.list("credentials", parts) { json, part in
                json.string("url", part.request.url)
                json.integer("part_number", Int64(part.number))
                json.object("headers") { json in
                    for (name, value) in part.request.headers.sorted(by: { $0.key < $1.key }) {
                        json.string(name, value)
                    }
                }
            }
        }
        return JSONResponse.make(.ok, answer)
    }

    /// The address of a part at this server; the caller's own credentials are to be sent along.
    private func ownPart(_ number: Int, of upload: ArtifactUpload, _ request: Request) throws -> PresignedRequest {
        guard let host = request.head.authority, !host.isEmpty else {
            throw MLflowError(.notImplemented, "Uploads in parts need a request with a Host header")
        }
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_.~/"))
        let path = upload.path.description.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        let id = upload.id.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        let proxied = HTTPField.Name("x-forwarded-proto").flatMap { request.headers[$0] }
        return PresignedRequest(
            method: "PUT",
            url: "\(proxied == "https" ? "https" : "http")://\(host)\(self.base)/mpu/part/\(id)/\(number)/\(path)",
            headers: request.headers[.authorization].map { ["Authorization": $0] } ?? [:]
        )
    }

    private func putPart(_ request: Request) async throws -> Response {
        let text = RequestText.path(request.uri.path, below: "\(self.base)/mpu/part/") ?? ""
        let parts = text.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count == 3, let number = Int(parts[1]), (1...ArtifactUpload.partLimit).contains(number) else {
            throw MLflowError.invalid("Invalid path")
        }
        let upload = ArtifactUpload(id: parts[0], path: try ArtifactProxy.checked(parts[2]))
        let tag = try await self.store.putPart(number, of: upload, pieces: UploadPieces(request))
        var response = Response(status: .ok)
        response.headers[.eTag] = "\"\(tag)\""
        return response
    }

    private func complete(_ request: Request, _ route: String) async throws -> Response {
        let fields = try await MLflowTransport.fields(of: request, method: .post)
        let upload = ArtifactUpload(
            id: try fields.required("upload_id"),
            path: try self.path(of: request, route, fields)
        )
        var parts: [ArtifactPart] = []
        for part in try fields.objects("parts") {
            guard let number = try part.integer("part_number"), (1...Int64(ArtifactUpload.partLimit)).contains(number)
            else { throw MLflowError.required("part_number") }
            parts.append(ArtifactPart(number: Int(number), tag: try part.required("etag")))
        }
        guard !parts.isEmpty else { throw MLflowError.required("parts") }
        try await self.store.completeUpload(upload, parts: parts)
        return JSONResponse.make(.ok, MLflowAnswer.empty)
    }

    private func abort(_ request: Request, _ route: String) async throws -> Response {
        let fields = try await MLflowTransport.fields(of: request, method: .post)
        let path = try self.path(of: request, route, fields)
        try await self.store.abortUpload(ArtifactUpload(id: try fields.required("upload_id"), path: path))
        return JSONResponse.make(.ok, MLflowAnswer.empty)
    }

    private func presigned(_ request: Request) async throws -> Response {
        let path = try ArtifactProxy.path(of: request, below: self.base + "/presigned")
        let found = try await self.store.presigned(.read(path), lifetime: Self.lifetime)
        guard let found else {
            throw MLflowError(
                .notImplemented,
                "The artifact store has no presigned addresses; download through the server"
            )
        }
        guard let entry = try await self.store.entry(at: path), !entry.isFolder else {
            throw MLflowError.missing("No such artifact: '\(path)'")
        }
        let answer = MLflowAnswer.object { json in
            json.string("url", found.url)
            json.list("headers", found.headers.sorted { $0.key < $1.key }) { json, header in
                json.string("name", header.key)
                json.string("value", header.value)
            }
            json.integer("file_size", entry.byteCount)
        }
        return JSONResponse.make(.ok, answer)
    }

    /// The file to upload: the last part of the field `path` in the folder that the route names.
    private func path(of request: Request, _ route: String, _ fields: WireFields) throws(MLflowError) -> ArtifactPath {
        let folder = RequestText.path(request.uri.path, below: "\(self.base)/\(route)/")
        guard let folder else { throw .invalid("Invalid path") }
        let name = try fields.required("path").split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init)
        return try ArtifactProxy.checked("\(folder)/\(name ?? "")")
    }
}
