package import MartletTracking

/// Lets people in to the console.
///
/// Who is behind a request is found out before the console sees it, from the cookie that `session(forKey:)` filled, and
/// stands in `Principal.current`.
package protocol ConsoleAccess: Sendable {
    /// Returns the text of a session cookie for the holder of `key`.
    ///
    /// - Throws: `access.unauthenticated` when the key is not good.
    func session(forKey key: String) async throws(TrackingError) -> String
}

/// Somebody who signed in to the console.
struct ConsoleVisitor: Sendable, Hashable {
    let principal: Principal

    /// The name that decisions are recorded under.
    var name: String { self.principal.name }

    /// Whether their roles let them read `resource`.
    func reads(_ resource: AccessResource) -> Bool {
        AccessPolicy.decide(.read, on: resource, by: self.principal.grants).isAllowed
    }

    /// Whether decisions about versions of `model` are theirs to make; a store may still refuse one.
    func decides(on model: String) -> Bool {
        AccessPolicy.decide(.decide, on: .model(model), by: self.principal.grants).isAllowed
    }
}
