import MartletCore

/// A command that cannot be carried out as it was written.
struct CommandError: CodedError {
    let code: ErrorCode
    let message: String
    let underlying: (any Error)?
    /// The exit status the process ends with.
    let status: ExitStatus

    init(
        _ code: ErrorCode,
        _ message: String,
        status: ExitStatus = .failed,
        underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.underlying = underlying
    }
}

/// What the exit status of the process says; documented in `martlet --help`.
enum ExitStatus: Int32, Sendable {
    case succeeded = 0
    /// What was asked for failed.
    case failed = 1
    /// The command line or the workspace is not valid.
    case invalid = 2
    /// A quality gate was not met.
    case gateFailed = 3
}

/// A workspace that cannot be used; its faults are printed one by one.
struct WorkspaceInvalid: Error {
    let diagnostics: [Diagnostic]
}

/// The end of a command that has already said everything.
struct QuietExit: Error {
    let status: ExitStatus
}

extension ErrorCode {
    /// No `martlet.yaml` in the folder or above it.
    static let workspaceNotFound = ErrorCode("workspace.notFound")
    /// The workspace holds faults.
    static let workspaceInvalid = ErrorCode("workspace.invalid")
    /// A name that the workspace does not declare.
    static let workspaceUnknownName = ErrorCode("workspace.unknownName")
    /// A definition nobody uses.
    static let workspaceUnused = ErrorCode("workspace.unused")
    /// SQL that does not prepare against the declared schemas.
    static let workspaceInvalidSQL = ErrorCode("workspace.invalidSQL")
    /// Types of a definition and of what it rests on differ.
    static let workspaceTypeMismatch = ErrorCode("workspace.typeMismatch")
    /// The folder for a new workspace holds files already.
    static let workspaceFolderNotEmpty = ErrorCode("workspace.folderNotEmpty")
    /// An argument that cannot be understood.
    static let commandInvalidArgument = ErrorCode("command.invalidArgument")
    /// Something that was asked for by name or number does not exist.
    static let commandNotFound = ErrorCode("command.notFound")
    /// The server could not be reached or answered with an error.
    static let commandServerFailed = ErrorCode("command.serverFailed")
}
