package import MartletCore
package import MartletTracking

/// Accounts, keys and roles in the metadata database; each change and its ledger entry are one transaction.
package struct SQLAccessStore: AccessStore {
    private let database: MetadataDatabase

    /// Keeps accounts in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func addAccount(_ account: Account) async throws(TrackingError) {
        try account.validate()
        try account.author.validate()
        try await self.database.write(to: "add the account '\(account.name)'") { database in
            guard try AccountRows.account(account.name, in: database) == nil else {
                throw TrackingError(
                    .accountExists,
                    "an account '\(account.name)' is there already; choose another name"
                )
            }
            if let owner = account.owner { _ = try AccountRows.require(owner, in: database) }
            try database.run(
                "INSERT INTO accounts (name, kind, owner, created_at, created_by) VALUES (?, ?, ?, ?, ?)",
                [account.name, account.kind.rawValue, account.owner, account.author.at, account.author.actor]
            )
            let payload: [String: JSONValue] = [
                "kind": .string(account.kind.rawValue), "owner": account.owner.map(JSONValue.string) ?? .null,
            ]
            try Self.record(.accountAdded, account.name, account.author, payload, database)
        }
    }

    package func account(named name: String) async throws(TrackingError) -> Account? {
        try await self.database.read(to: "read the account '\(name)'") { try AccountRows.account(name, in: $0) }
    }

    package func accounts() async throws(TrackingError) -> [Account] {
        try await self.database.read(to: "list the accounts") { database in
            try database.rows("SELECT * FROM accounts ORDER BY name", []).map(AccountRows.account)
        }
    }

    package func setDisabled(
        _ isDisabled: Bool,
        account name: String,
        _ author: Attribution
    ) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "change the account '\(name)'") { database in
            let account = try AccountRows.require(name, in: database)
            guard (account.disabledAt != nil) != isDisabled else { return }
            try database.run(
                "UPDATE accounts SET disabled_at = ? WHERE name = ?",
                [isDisabled ? author.at : nil, name]
            )
            try Self.record(isDisabled ? .accountDisabled : .accountEnabled, name, author, [:], database)
        }
    }

    package func addKey(_ key: APIKey) async throws(TrackingError) {
        try key.author.validate()
        if let expiresAt = key.expiresAt, expiresAt <= key.author.at {
            throw TrackingError(
                .invalidKey,
                "a key for '\(key.account)' would expire at \(expiresAt), before it is made; name a later moment"
            )
        }
        try await self.database.write(to: "add a key for '\(key.account)'") { database in
            _ = try AccountRows.require(key.account, in: database)
            try database.run(
                """
                INSERT INTO api_keys (
                    id, account, label, salt, digest, allows_signing, created_at, created_by, expires_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    key.id, key.account, key.label, key.verifier.salt, key.verifier.digest, key.allowsSigning,
                    key.author.at, key.author.actor, key.expiresAt,
                ]
            )
            let payload: [String: JSONValue] = [
                "key": .string(key.id), "label": .string(key.label), "signing": .boolean(key.allowsSigning),
                "expires": key.expiresAt.map { .string($0.description) } ?? .null,
            ]
            try Self.record(.keyCreated, key.account, key.author, payload, database)
        }
    }

    package func keys(of account: String?) async throws(TrackingError) -> [APIKey] {
        try await self.database.read(to: "list the keys") { database in
            let filter = account == nil ? "" : "WHERE account = ?"
            return
                try database.rows(
                    "SELECT * FROM api_keys \(filter) ORDER BY created_at DESC, id",
                    account.map { [$0] } ?? []
                )
                .map(AccountRows.key)
        }
    }

    package func revokeKey(_ id: String, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "revoke the key '\(id)'") { database in
            guard let key = try AccountRows.key(id, in: database) else {
                let ids = try database.texts("SELECT id FROM api_keys")
                throw TrackingError(
                    .keyNotFound,
                    "there is no key '\(id.prefix(40))'.\(NearestName.suggestion(id, among: ids)) "
                        + "`martlet keys list` shows the ids"
                )
            }
            guard key.revokedAt == nil else { return }
            try database.run("UPDATE api_keys SET revoked_at = ? WHERE id = ?", [author.at, id])
            try Self.record(.keyRevoked, key.account, author, ["key": .string(id)], database)
        }
    }

    package func noteUse(ofKey id: String, at now: EventTime) async throws(TrackingError) {
        try await self.database.write(to: "note the use of a key") { database in
            _ = try database.run(
                "UPDATE api_keys SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at < ?)",
                [now, id, now]
            )
        }
    }

    package func grant(_ grant: AccessGrant) async throws(TrackingError) {
        try grant.author.validate()
        try await self.database.write(to: "grant a role to '\(grant.account)'") { database in
            _ = try AccountRows.require(grant.account, in: database)
            let scope = grant.scope.description
            let before = try database.row(
                "SELECT role FROM role_grants WHERE account = ? AND scope = ?",
                [grant.account, scope]
            )
            try database.run(
                """
                INSERT INTO role_grants (account, scope, role, granted_at, granted_by) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (account, scope) DO UPDATE
                SET role = excluded.role, granted_at = excluded.granted_at, granted_by = excluded.granted_by
                """,
                [grant.account, scope, grant.role.rawValue, grant.author.at, grant.author.actor]
            )
            let earlier = (before?["role"] as String?).map(JSONValue.string)
            let payload: [String: JSONValue] = [
                "role": .string(grant.role.rawValue), "scope": .string(scope), "before": earlier ?? .null,
            ]
            try Self.record(.roleGranted, grant.account, grant.author, payload, database)
        }
    }

    package func withdraw(
        _ scope: AccessScope,
        from account: String,
        _ author: Attribution
    ) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "withdraw a role from '\(account)'") { database in
            _ = try AccountRows.require(account, in: database)
            let changed = try database.run(
                "DELETE FROM role_grants WHERE account = ? AND scope = ?",
                [account, scope.description]
            )
            guard changed == 1 else {
                let scopes = try database.texts("SELECT scope FROM role_grants WHERE account = ?", [account])
                let has = scopes.isEmpty ? "it has none" : "it has roles on \(scopes.sorted().joined(separator: ", "))"
                throw TrackingError(.grantNotFound, "'\(account)' has no role on '\(scope)'; \(has)")
            }
            try Self.record(.roleWithdrawn, account, author, ["scope": .string(scope.description)], database)
        }
    }

    package func grants(of account: String?) async throws(TrackingError) -> [AccessGrant] {
        try await self.database.read(to: "list the roles") { try AccountRows.grants(of: account, in: $0) }
    }

    package func credentials(forKey id: String) async throws(TrackingError) -> AccountCredentials? {
        try await self.database.read(to: "check a key") { database in
            guard let key = try AccountRows.key(id, in: database),
                let account = try AccountRows.account(key.account, in: database)
            else { return nil }
            return AccountCredentials(
                account: account,
                key: key,
                grants: try AccountRows.grants(of: account.name, in: database)
            )
        }
    }

    package func credentials(forAccount name: String) async throws(TrackingError) -> AccountCredentials? {
        try await self.database.read(to: "check an account") { database in
            guard let account = try AccountRows.account(name, in: database) else { return nil }
            return AccountCredentials(
                account: account,
                key: nil,
                grants: try AccountRows.grants(of: name, in: database)
            )
        }
    }

    private static func record(
        _ action: LedgerAction,
        _ account: String,
        _ author: Attribution,
        _ payload: [String: JSONValue],
        _ database: any SQLConnection
    ) throws {
        try SQLLedger.append(LedgerRecord(action, of: "account:\(account)", author, payload: payload), in: database)
    }
}

/// Reads accounts, keys and grants inside a transaction.
enum AccountRows {
    /// The account `name`, or an error with the nearest name.
    static func require(_ name: String, in database: any SQLConnection) throws -> Account {
        if let account = try Self.account(name, in: database) { return account }
        let names = try database.texts("SELECT name FROM accounts")
        throw TrackingError(
            .accountNotFound,
            "there is no account '\(name.prefix(60))'.\(NearestName.suggestion(name, among: names)) "
                + "`martlet users add` makes one"
        )
    }

    /// The account `name`, or `nil`.
    static func account(_ name: String, in database: any SQLConnection) throws -> Account? {
        try database.row("SELECT * FROM accounts WHERE name = ?", [name]).map(Self.account)
    }

    /// The account of a row.
    static func account(_ row: SQLRow) -> Account {
        Account(
            name: row["name"],
            kind: Account.Kind(rawValue: row["kind"]) ?? .user,
            owner: row["owner"],
            author: Attribution(by: row["created_by"], at: row.time("created_at")),
            disabledAt: row.optionalTime("disabled_at")
        )
    }

    /// The key `id`, or `nil`.
    static func key(_ id: String, in database: any SQLConnection) throws -> APIKey? {
        try database.row("SELECT * FROM api_keys WHERE id = ?", [id]).map(Self.key)
    }

    /// The key of a row.
    static func key(_ row: SQLRow) -> APIKey {
        APIKey(
            id: row["id"],
            account: row["account"],
            label: row["label"],
            verifier: APIKeyVerifier(salt: row["salt"], digest: row["digest"]),
            allowsSigning: row["allows_signing"],
            author: Attribution(by: row["created_by"], at: row.time("created_at")),
            expiresAt: row.optionalTime("expires_at"),
            revokedAt: row.optionalTime("revoked_at"),
            usedAt: row.optionalTime("used_at")
        )
    }

    /// The grants of `account`, or of all; one that this program cannot read gives nothing.
    static func grants(of account: String?, in database: any SQLConnection) throws -> [AccessGrant] {
        let filter = account == nil ? "" : "WHERE account = ?"
        let rows = try database.rows(
            "SELECT * FROM role_grants \(filter) ORDER BY account, scope",
            account.map { [$0] } ?? []
        )
        return rows.compactMap { row in
            let scope: String = row["scope"]
            guard let role = Role(rawValue: row["role"]), let scope = try? AccessScope(scope) else { return nil }
            return AccessGrant(
                account: row["account"],
                role: role,
                scope: scope,
                author: Attribution(by: row["granted_by"], at: row.time("granted_at"))
            )
        }
    }

    /// The person behind `actor`: the owner of its account when it has one, else itself.
    static func person(_ actor: String, in database: any SQLConnection) throws -> String {
        try Self.account(actor, in: database)?.person ?? actor
    }
}
