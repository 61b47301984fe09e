import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletTracking
import NIOCore

/// The artifact endpoints: files go through the server to the artifact store, so that clients need no credentials of it.
struct ArtifactProxy: Sendable {
    let services: MLflowServices

    /// Adds the routes below `/api/2.0/mlflow-artifacts` and `/ajax-api/2.0/mlflow-artifacts`, and the two older ones.
    func add<Context: RequestContext>(to router: Router<Context>) {
        for base in ["/api/2.0/mlflow-artifacts", "/ajax-api/2.0/mlflow-artifacts"] {
            self.addFiles(below: base + "/artifacts", to: router)
            MultipartRoutes(services: self.services, base: base).add(to: router)
        }
        router.on("/get-artifact", method: .get) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.getRunArtifact(request) }
        }
        router.on("/model-versions/get-artifact", method: .get) { request, context in
            await MLflowTransport.answering(context.logger) { try await self.getVersionArtifact(request) }
        }
    }

    private func addFiles<Context: RequestContext>(below base: String, to router: Router<Context>) {
        router.on(RouterPath(base), method: .get) { request, context in
            await MLflowTransport.answering(context.logger) {
                let fields = WireFields(query: RequestText.query(request.uri.query))
                let folder = try fields.string("path").flatMap { $0.isEmpty ? nil : $0 }
                return JSONResponse.make(.ok, try await self.list(folder))
            }
        }
        let path = RouterPath(base + "/**")
        router.on(path, method: .get) { request, context in
            await MLflowTransport.answering(context.logger) {
                let file = try Self.path(of: request, below: base)
                return try await ArtifactDownload(store: self.services.artifacts).response(file, request)
            }
        }
        router.on(path, method: .put) { request, context in
            await MLflowTransport.answering(context.logger) {
                let file = try Self.path(of: request, below: base)
                try await self.services.artifacts.put(pieces: UploadPieces(request), at: file)
                return Response(status: .ok)
            }
        }
        router.on(path, method: .delete) { request, context in
            await MLflowTransport.answering(context.logger) {
                try await self.services.artifacts.delete(try Self.path(of: request, below: base))
                return Response(status: .ok)
            }
        }
        for method in [HTTPRequest.Method.post, .patch] {
            router.on(path, method: method) { _, _ in
                MLflowTransport.refuse(method, allowed: [.get, .put, .delete])
            }
        }
    }

    /// The files and folders directly in `folder`, named relative to it.
    private func list(_ folder: String?) async throws -> [UInt8] {
        let path = try folder.map { try Self.checked($0) }
        return try await ArtifactListing.json(self.services.artifacts, path) { $0.lastComponent }
    }

    private func getRunArtifact(_ request: Request) async throws -> Response {
        let fields = WireFields(query: RequestText.query(request.uri.query))
        let call = self.call(fields, request)
        let run = try await RunCalls.require(try call.runID(), call)
        let folder = try ArtifactListing.folder(of: run.artifactURI)
        let file = try Self.checked("\(folder)/\(try fields.required("path"))")
        return try await ArtifactDownload(store: self.services.artifacts).response(file, request)
    }

    private func getVersionArtifact(_ request: Request) async throws -> Response {
        let fields = WireFields(query: RequestText.query(request.uri.query))
        let version = try await ModelVersionCalls.require(self.call(fields, request))
        let file = try Self.checked("\(try version.artifactFolder)/\(try fields.required("path"))")
        return try await ArtifactDownload(store: self.services.artifacts).response(file, request)
    }

    private func call(_ fields: WireFields, _ request: Request) -> MLflowCall {
        MLflowCall(services: self.services, fields: fields, path: [:], actor: self.services.actor(request))
    }

    /// The artifact that the path of `request` names.
    ///
    /// - Throws: a refusal of a path that leaves the store.
    static func path(of request: Request, below base: String) throws(MLflowError) -> ArtifactPath {
        guard let text = RequestText.path(request.uri.path, below: base + "/") else { throw .invalid("Invalid path") }
        return try Self.checked(text)
    }

    /// Reads a path that a client wrote; one slash at the end is passed over.
    static func checked(_ text: String) throws(MLflowError) -> ArtifactPath {
        do {
            return try ArtifactPath(text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text)
        } catch {
            throw .invalid("Invalid path: \(error.message)")
        }
    }
}

/// Lists folders as the protocol has them.
enum ArtifactListing {
    /// The folder that `uri` names in the artifact store.
    ///
    /// - Throws: a refusal when artifacts lie elsewhere, where this server does not look.
    static func folder(of uri: String) throws(MLflowError) -> ArtifactPath {
        do {
            return try ArtifactPath(uri: uri)
        } catch {
            throw .invalid(
                "The artifacts lie at '\(uri.prefix(200))', outside this server's artifact store; read them there"
            )
        }
    }

    /// The entries of `folder` as an object with `files`, each named by `name`; without entries an empty object.
    static func json(
        _ store: any ArtifactStore,
        _ folder: ArtifactPath?,
        rootURI: String? = nil,
        name: (ArtifactPath) -> String
    ) async throws -> [UInt8] {
        let entries = try await store.list(folder)
        return MLflowAnswer.object(capacity: 64 + entries.count * 80) { json in
            json.string("root_uri", rootURI)
            json.list("files", entries) { json, entry in
                json.string("path", name(entry.path))
                json.boolean("is_dir", entry.isFolder)
                json.integer("file_size", entry.byteCount)
            }
        }
    }
}

/// The listings of runs' and logged models' folders.
enum ArtifactListCalls {
    static func ofRun(_ call: MLflowCall) async throws -> [UInt8] {
        let run = try await RunCalls.require(try call.runID(), call)
        return try await Self.list(run.artifactURI, try call.fields.string("path"), call)
    }

    static func ofModel(_ call: MLflowCall) async throws -> [UInt8] {
        let model = try await LoggedModelCalls.require(try call.pathPart("model_id"), call)
        return try await Self.list(model.artifactURI, try call.fields.string("artifact_directory_path"), call)
    }

    /// Lists `path` below the folder at `uri`; entries are named from that folder.
    static func list(_ uri: String, _ path: String?, _ call: MLflowCall) async throws -> [UInt8] {
        let root = try ArtifactListing.folder(of: uri)
        var folder = root
        if let path, !path.isEmpty, path != "." { folder = try ArtifactProxy.checked("\(root)/\(path)") }
        return try await ArtifactListing.json(call.services.artifacts, folder, rootURI: uri) { entry in
            String(entry.description.dropFirst(root.description.count + 1))
        }
    }
}
