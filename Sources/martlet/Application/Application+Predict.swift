import AsyncHTTPClient
import Foundation
import MartletCore
import MartletFeatures
import MartletServing
import MartletTracking
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension Application {
    /// The body of a request for one input, its keys told apart by the deployed model.
    ///
    /// A key that is both a join key and a request feature, such as the mould of a shot, goes to both.
    func predictionBody(_ endpoint: String, _ pairs: KeyValueArguments, explain: Bool) async throws -> JSONValue {
        let manifest = try await self.deployedManifest(endpoint)
        var entities: [String: JSONValue] = [:]
        var features: [String: JSONValue] = [:]
        var keyTypes: [String: DataType] = [:]
        if let service = manifest?.featureService, let found = try? self.catalog().service(service) {
            for key in found.joinKeys { keyTypes[key.name] = key.type }
        }
        for (key, text) in pairs.pairs {
            if let manifest { try Self.checkKey(key, of: manifest, endpoint) }
            if manifest?.joinKeys.contains(key) == true {
                let type = keyTypes[key] ?? .string
                entities[key] = KeyValueArguments.value(text, type: type)?.json ?? .string(text)
            }
            let input = manifest?.inputs.first { $0.name == key && $0.source == .request }
            if input != nil || entities[key] == nil {
                let value = input.flatMap { KeyValueArguments.value(text, type: $0.type)?.json }
                features[key] = value ?? KeyValueArguments.guess(text)
            }
        }
        var input: [String: JSONValue] = [:]
        if !entities.isEmpty { input["entities"] = .object(entities) }
        if !features.isEmpty { input["features"] = .object(features) }
        return .object(["inputs": .array([.object(input)]), "explain": .boolean(explain)])
    }

    private static func checkKey(_ key: String, of manifest: ModelManifest, _ endpoint: String) throws {
        let known = manifest.joinKeys + manifest.inputs.filter { $0.source == .request }.map(\.name)
        guard !known.contains(key) else { return }
        throw CommandError(
            .commandInvalidArgument,
            "endpoint '\(endpoint)' takes no '\(key)'." + WorkspaceChecker.hint(key, known),
            status: .invalid
        )
    }

    /// Asks for a prediction: at `url`, else at the configured address when a server listens there, else in process.
    func predict(endpoint: String, body: JSONValue, url: String?) async throws -> JSONValue {
        if let url { return try await self.ask(url, endpoint, body) }
        let server = self.workspace.environment.server
        let address = "http://\(server.host):\(server.port)"
        if server.port != 0, await AddressProbe(host: server.host, port: server.port).isServed() {
            return try await self.ask(address, endpoint, body)
        }
        self.terminal.note(self.terminal.errors.dim("no server at \(address); answering in this process"))
        return try await self.predictHere(endpoint, body)
    }

    private func predictHere(_ endpoint: String, _ body: JSONValue) async throws -> JSONValue {
        let serving = try self.serving()
        _ = try await serving.follower.poll()
        let answer = serving.gateway.predict(endpoint: endpoint, body: Array(body.canonicalText.utf8))
        serving.gateway.scoreShadows()
        await serving.gateway.queue.flush(to: serving.sink, now: .now)
        if let error = answer.error { throw error }
        return try JSONValue(parsing: Data(answer.body))
    }

    private func ask(_ address: String, _ endpoint: String, _ body: JSONValue) async throws -> JSONValue {
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        let name = endpoint.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? endpoint
        var request = HTTPClientRequest(url: "\(base)/v1/endpoints/\(name)/predict")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        if let key = self.processEnvironment[Self.keyVariable], !key.isEmpty {
            request.headers.add(name: "authorization", value: "Bearer \(key)")
        }
        request.body = .bytes(ByteBuffer(string: body.canonicalText))
        let response: HTTPClientResponse
        let bytes: ByteBuffer
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            bytes = try await response.body.collect(upTo: 256 << 20)
        } catch {
            throw CommandError(
                .commandServerFailed,
                "asked \(base) for a prediction and got no answer; start a server with `martlet up`, or correct --url",
                underlying: error
            )
        }
        let answer = try? JSONValue(parsing: Data(buffer: bytes))
        guard response.status == .ok, let answer else {
            let message = answer?["message"]?.text ?? "no reason was given"
            let field = answer?["field"]?.text.map { " (\($0))" } ?? ""
            throw CommandError(
                ErrorCode(answer?["code"]?.text ?? ErrorCode.commandServerFailed.description),
                "\(base) answered \(response.status.code): \(message)\(field)"
            )
        }
        return answer
    }

    /// What the deployed version of `endpoint` takes, or `nil` when this workspace does not know.
    private func deployedManifest(_ endpoint: String) async throws -> ModelManifest? {
        guard let deployment = try await self.deployments().deployment(of: endpoint) else { return nil }
        guard let version = try await self.registry().version(deployment.version) else { return nil }
        return try await self.manifest(of: version)
    }
}
