import Foundation

/// A C library in this process; it stays loaded until the process ends.
struct DynamicLibrary {
    /// Which symbols other libraries may bind to.
    enum Visibility {
        case local
        case global
    }

    let path: String
    private let handle: UnsafeMutableRawPointer

    /// Loads the library of `engine` at `path`; a second load of the same file is free.
    init(path: String, engine: Engine, visibility: Visibility = .local) throws(EngineError) {
        try self.init(
            path: path,
            name: engine.name,
            fix: EngineLocator.fix(for: engine),
            visibility: visibility
        )
    }

    /// Loads the library at `path` (`dlopen`); `fix` is what a person does to get it.
    init(path: String, name: String, fix: String, visibility: Visibility = .local) throws(EngineError) {
        Self.prepareProcess()
        guard let handle = dlopen(path, RTLD_NOW | (visibility == .local ? RTLD_LOCAL : RTLD_GLOBAL)) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            throw EngineError(
                .engineUnloadable,
                "could not load \(name) from '\(path)': \(EngineError.firstLines(reason)); \(fix)"
            )
        }
        self.path = path
        self.handle = handle
    }

    /// Returns the C function `name`; `Function` must be its exact type.
    func function<Function>(_ name: String, as type: Function.Type = Function.self) throws(EngineError) -> Function {
        guard let address = dlsym(self.handle, name) else {
            throw EngineError(
                .engineUnloadable,
                "'\(self.path)' has no function \(name): it is another version than Martlet was written for; "
                    + "run scripts/setup to get the one that fits"
            )
        }
        return unsafeBitCast(address, to: type)
    }

    /// Whether the system's loader finds a library by this bare name.
    static func isKnownToSystem(_ name: String) -> Bool {
        self.prepareProcess()
        return dlopen(name, RTLD_LAZY | RTLD_LOCAL) != nil
    }

    /// Sets what OpenMP reads when it is loaded.
    ///
    /// Threads that wait at a barrier give up the core early, so that a busy machine does not slow training tenfold. A
    /// value set by the user stays.
    private static func prepareProcess() { _ = self.preparation }

    private static let preparation: Void = {
        setenv("GOMP_SPINCOUNT", "10000", 0)
    }()
}
