import HTTPTypes
import Hummingbird
import MartletCore

/// `GET /openapi.json`.
struct OpenAPIRoutes: Sendable {
    let version: String

    func add(to router: Router<BasicRequestContext>) {
        let document = OpenAPIDocument.document(version: self.version)
        router.only(.get, "/openapi.json") { _, _ in JSONResponse.make(.ok, document) }
    }
}
