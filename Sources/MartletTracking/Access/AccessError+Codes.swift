package import MartletCore

extension ErrorCode {
    /// No credentials were shown, or they are not known, not valid any more, or of a disabled account.
    package static let accessUnauthenticated = ErrorCode("access.unauthenticated")
    /// The keys that tokens are checked with cannot be read.
    package static let identityKeysUnavailable = ErrorCode("access.keysUnavailable")
    /// The account lacks the role.
    package static let accessRefused = ErrorCode("access.refused")
    /// A name that cannot be an account's.
    package static let invalidAccount = ErrorCode("access.invalidAccount")
    /// An account of that name is there already.
    package static let accountExists = ErrorCode("access.accountExists")
    /// An account of that name is not there.
    package static let accountNotFound = ErrorCode("access.accountNotFound")
    /// A key of that id is not there.
    package static let keyNotFound = ErrorCode("access.keyNotFound")
    /// A key that could never open anything.
    package static let invalidKey = ErrorCode("access.invalidKey")
    /// The account has no role for that scope.
    package static let grantNotFound = ErrorCode("access.grantNotFound")
    /// A scope or pattern cannot be read.
    package static let invalidScope = ErrorCode("access.invalidScope")
    /// Who registered a version tried to decide on it where four eyes are asked for.
    package static let fourEyes = ErrorCode("registry.fourEyes")
    /// A tag that Martlet keeps itself cannot be set by hand.
    package static let reservedTag = ErrorCode("registry.reservedTag")
}

extension LedgerAction {
    package static let accountAdded = LedgerAction("account.added")
    package static let accountDisabled = LedgerAction("account.disabled")
    package static let accountEnabled = LedgerAction("account.enabled")
    package static let keyCreated = LedgerAction("key.created")
    package static let keyRevoked = LedgerAction("key.revoked")
    package static let roleGranted = LedgerAction("role.granted")
    package static let roleWithdrawn = LedgerAction("role.withdrawn")
}
