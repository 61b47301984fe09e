import Synchronization

/// ONNX Runtime's table of functions, looked up once.
///
/// The table only ever grows at its end, so the places of version 17 hold in every later library. A call that returns a
/// status gives null for success; any other status is released here.
struct ONNXRuntimeLibrary: Sendable {
    let version: String
    /// The table, as an address: it is constant and lives as long as the library.
    private let table: UInt
    /// The one environment of the process (`OrtEnv`), never released.
    let environment: UInt

    private static let loaded = Mutex<[String: ONNXRuntimeLibrary]>([:])

    /// Loads ONNX Runtime once for each file.
    static func load(_ locator: EngineLocator) throws(EngineError) -> ONNXRuntimeLibrary {
        let location = try locator.locate(.onnxRuntime)
        if let library = self.loaded.withLock({ $0[location.path] }) { return library }
        let library = try ONNXRuntimeLibrary(DynamicLibrary(path: location.path, engine: .onnxRuntime))
        self.loaded.withLock { $0[location.path] = library }
        return library
    }

    private init(_ library: DynamicLibrary) throws(EngineError) {
        let base = try library.function("OrtGetApiBase", as: (@convention(c) () -> UnsafeRawPointer?).self)
        guard let entries = base()?.assumingMemoryBound(to: UnsafeRawPointer.self) else {
            throw EngineError(.engineUnloadable, "'\(library.path)' gives no table of functions")
        }
        let getTable = unsafeBitCast(entries[0], to: (@convention(c) (UInt32) -> UnsafeRawPointer?).self)
        let getVersion = unsafeBitCast(entries[1], to: (@convention(c) () -> CText?).self)
        let version = getVersion().map { String(cString: $0) } ?? "unknown"
        guard let table = getTable(17) else {
            throw EngineError(
                .engineWrongVersion,
                "'\(library.path)' is ONNX Runtime \(version); Martlet needs 1.17 or later; run scripts/setup, or "
                    + "name another with MARTLET_ONNXRUNTIME"
            )
        }
        let withoutEnvironment = ONNXRuntimeLibrary(version: version, table: UInt(bitPattern: table), environment: 0)
        var environment: Handle?
        typealias Create = @convention(c) (Int32, CText, UnsafeMutablePointer<Handle?>) -> Handle?
        let create = withoutEnvironment.function(3, as: Create.self)
        try withoutEnvironment.check(create(3, "martlet", &environment), "start")
        self.init(version: version, table: UInt(bitPattern: table), environment: UInt(bitPattern: environment))
    }

    private init(version: String, table: UInt, environment: UInt) {
        self.version = version
        self.table = table
        self.environment = environment
    }

    /// The function at `place` of the table.
    func function<Function>(_ place: Int, as type: Function.Type = Function.self) -> Function {
        let entry = UnsafeRawPointer(bitPattern: self.table)?
            .load(fromByteOffset: place * MemoryLayout<UnsafeRawPointer>.stride, as: UnsafeRawPointer.self)
        return unsafeBitCast(entry, to: type)
    }

    /// Throws the text of a status that is not success, and releases it.
    func check(_ status: Handle?, _ attempt: String) throws(EngineError) {
        guard let status else { return }
        let message = self.function(2, as: (@convention(c) (Handle) -> CText?).self)(status)
        let text = message.map { String(cString: $0) } ?? "no reason given"
        self.release(93, status)
        throw EngineError(.engineFailed, "ONNX Runtime could not \(attempt): \(EngineError.firstLines(text))")
    }

    /// Calls the release function at `place`.
    func release(_ place: Int, _ handle: Handle?) {
        guard let handle else { return }
        self.function(place, as: (@convention(c) (Handle) -> Void).self)(handle)
    }
}
