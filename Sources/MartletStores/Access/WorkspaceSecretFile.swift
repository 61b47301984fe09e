import Foundation
package import MartletCore
package import MartletTracking

/// Keeps the secret of a workspace in a file that only its owner reads, or takes it from the environment.
package struct WorkspaceSecretFile: Sendable {
    private let path: String

    /// The variable that holds the secret where several servers share one database.
    package static let variable = "MARTLET_SECRET_KEY"

    /// Names the file; nothing is opened.
    package init(path: String) { self.path = path }

    /// The secret of `environment`, else that of the file, which is made when it is not there.
    ///
    /// Of several processes that make it at once one wins, and all return the same secret.
    ///
    /// - Throws: `store.secretUnreadable` when there is something else than a secret.
    package func secret(environment: [String: String]) throws(StoreError) -> WorkspaceSecret {
        if let text = environment[Self.variable], !text.isEmpty {
            guard let secret = WorkspaceSecret(hex: text) else {
                throw StoreError(
                    .secretUnreadable,
                    "\(Self.variable) is not 64 hexadecimal digits; make a secret with: openssl rand -hex 32"
                )
            }
            return secret
        }
        if let secret = try self.read() { return secret }
        try self.make()
        guard let secret = try self.read() else { throw self.unreadable(nil) }
        return secret
    }

    private func read() throws(StoreError) -> WorkspaceSecret? {
        guard FileManager.default.fileExists(atPath: self.path) else { return nil }
        guard let data = FileManager.default.contents(atPath: self.path) else { throw self.unreadable(nil) }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let secret = WorkspaceSecret(hex: text) else { throw self.unreadable(nil) }
        return secret
    }

    /// Writes a draft beside the file and links it into place, which fails when another process was first.
    private func make() throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        let hex = WorkspaceSecret.draw(using: &generator).hex
        let manager = FileManager.default
        let file = URL(fileURLWithPath: self.path)
        let draft = file.appendingPathExtension("draft-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: draft) }
        do {
            try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            guard
                manager.createFile(
                    atPath: draft.path,
                    contents: Data((hex + "\n").utf8),
                    attributes: [.posixPermissions: 0o600]
                )
            else { throw CocoaError(.fileWriteUnknown) }
            try manager.linkItem(at: draft, to: file)
        } catch {
            guard manager.fileExists(atPath: self.path) else { throw self.unreadable(error) }
        }
    }

    private func unreadable(_ error: (any Error)?) -> StoreError {
        StoreError(
            .secretUnreadable,
            "the workspace's secret in '\(self.path)' cannot be read or made; check that the file is yours and holds 64 "
                + "hexadecimal digits, or set \(Self.variable)",
            underlying: error
        )
    }
}

extension ErrorCode {
    /// The secret of a workspace is missing, unreadable or not a secret.
    package static let secretUnreadable = ErrorCode("store.secretUnreadable")
}
