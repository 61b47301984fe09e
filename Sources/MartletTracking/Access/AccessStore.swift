package import MartletCore

/// A key with the account it belongs to and what that account may do, from one snapshot.
package struct AccountCredentials: Sendable, Hashable {
    package let account: Account
    package let key: APIKey?
    package let grants: [AccessGrant]

    /// Puts together what a store found.
    package init(account: Account, key: APIKey?, grants: [AccessGrant]) {
        self.account = account
        self.key = key
        self.grants = grants
    }

    /// Who asks, when these credentials are shown.
    package var principal: Principal {
        Principal(
            name: self.account.name,
            person: self.account.person,
            grants: self.grants,
            keyID: self.key?.id
        )
    }
}

/// Keeps accounts, keys and roles.
///
/// Every implementation keeps these rules, and `AccessStoreContract` holds each one to them:
/// - Every change is written to the ledger in the same transaction; no entry holds a secret, a salt or a hash of one.
/// - An account is never deleted, only disabled, so that the ledger's names stay what they were.
/// - A revoked key stays revoked.
package protocol AccessStore: Sendable {
    /// Adds an account.
    ///
    /// - Throws: `access.accountExists`, `access.invalidAccount`, `access.accountNotFound` for an unknown owner.
    func addAccount(_ account: Account) async throws(TrackingError)

    /// Returns the account `name`, or `nil`.
    func account(named name: String) async throws(TrackingError) -> Account?

    /// Returns all accounts by name.
    func accounts() async throws(TrackingError) -> [Account]

    /// Disables the account `name`, or enables it again.
    ///
    /// - Throws: `access.accountNotFound`.
    func setDisabled(_ isDisabled: Bool, account name: String, _ author: Attribution) async throws(TrackingError)

    /// Adds a key to its account.
    ///
    /// - Throws: `access.accountNotFound`, `access.invalidKey` when it would expire before it is made.
    func addKey(_ key: APIKey) async throws(TrackingError)

    /// Returns the keys of `account`, or of all accounts, the newest first.
    func keys(of account: String?) async throws(TrackingError) -> [APIKey]

    /// Revokes the key `id`; one that is revoked already is fine.
    ///
    /// - Throws: `access.keyNotFound`.
    func revokeKey(_ id: String, _ author: Attribution) async throws(TrackingError)

    /// Notes that the key `id` opened something; not in the ledger.
    func noteUse(ofKey id: String, at now: EventTime) async throws(TrackingError)

    /// Gives a role, in place of the one the account has for the same scope.
    ///
    /// - Throws: `access.accountNotFound`.
    func grant(_ grant: AccessGrant) async throws(TrackingError)

    /// Takes away the role an account has for `scope`.
    ///
    /// - Throws: `access.grantNotFound`.
    func withdraw(_ scope: AccessScope, from account: String, _ author: Attribution) async throws(TrackingError)

    /// Returns the grants of `account`, or of all accounts, by account and scope.
    func grants(of account: String?) async throws(TrackingError) -> [AccessGrant]

    /// Returns the key `id` with its account and grants, whatever their state, or `nil`.
    func credentials(forKey id: String) async throws(TrackingError) -> AccountCredentials?

    /// Returns the account `name` with its grants, or `nil`.
    func credentials(forAccount name: String) async throws(TrackingError) -> AccountCredentials?
}
