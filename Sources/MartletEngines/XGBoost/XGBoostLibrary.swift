import Synchronization

/// The functions of XGBoost's C API that Martlet calls, looked up once; 0 is success.
struct XGBoostLibrary: Sendable {
    typealias Status = Int32

    let version: String
    let lastError: @convention(c) () -> CText?
    let createMatrix: @convention(c) (CText, CText, UnsafeMutablePointer<Handle?>) -> Status
    let setNumbers: @convention(c) (Handle?, CText, CText) -> Status
    let setTexts: @convention(c) (Handle?, CText, UnsafePointer<CText?>, UInt64) -> Status
    let freeMatrix: @convention(c) (Handle?) -> Status
    let createBooster: @convention(c) (UnsafePointer<Handle?>?, UInt64, UnsafeMutablePointer<Handle?>) -> Status
    let setParameter: @convention(c) (Handle?, CText, CText) -> Status
    let update: @convention(c) (Handle?, Int32, Handle?) -> Status
    let evaluate:
        @convention(c) (
            Handle?, Int32, UnsafePointer<Handle?>, UnsafePointer<CText?>, UInt64, UnsafeMutablePointer<CText?>
        ) -> Status
    let slice: @convention(c) (Handle?, Int32, Int32, Int32, UnsafeMutablePointer<Handle?>) -> Status
    let featureScore:
        @convention(c) (
            Handle?, CText, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UnsafePointer<CText?>?>,
            UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UnsafePointer<UInt64>?>,
            UnsafeMutablePointer<UnsafePointer<Float>?>
        ) -> Status
    let save: @convention(c) (Handle?, CText, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<CText?>) -> Status
    let load: @convention(c) (Handle?, UnsafeRawPointer?, UInt64) -> Status
    let featureCount: @convention(c) (Handle?, UnsafeMutablePointer<UInt64>) -> Status
    let predict:
        @convention(c) (
            Handle?, Handle?, CText, UnsafeMutablePointer<UnsafePointer<UInt64>?>, UnsafeMutablePointer<UInt64>,
            UnsafeMutablePointer<UnsafePointer<Float>?>
        ) -> Status
    let freeBooster: @convention(c) (Handle?) -> Status

    private static let loaded = Mutex<[String: XGBoostLibrary]>([:])

    /// Loads XGBoost once for each file and checks its version.
    static func load(_ locator: EngineLocator) throws(EngineError) -> XGBoostLibrary {
        let location = try locator.locate(.xgBoost)
        if let library = self.loaded.withLock({ $0[location.path] }) { return library }
        let library = try XGBoostLibrary(DynamicLibrary(path: location.path, engine: .xgBoost))
        self.loaded.withLock { $0[location.path] = library }
        return library
    }

    private init(_ library: DynamicLibrary) throws(EngineError) {
        let readVersion = try library.function(
            "XGBoostVersion",
            as: (@convention(c) (
                UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
            ) -> Void)
            .self
        )
        var (major, minor, patch) = (Int32(0), Int32(0), Int32(0))
        readVersion(&major, &minor, &patch)
        self.version = "\(major).\(minor).\(patch)"
        guard (2...3).contains(major) else {
            throw EngineError(
                .engineWrongVersion,
                "'\(library.path)' is XGBoost \(self.version); Martlet needs 2 or 3; run scripts/setup, or name another "
                    + "with MARTLET_XGBOOST"
            )
        }
        self.lastError = try library.function("XGBGetLastError")
        self.createMatrix = try library.function("XGDMatrixCreateFromDense")
        self.setNumbers = try library.function("XGDMatrixSetInfoFromInterface")
        self.setTexts = try library.function("XGDMatrixSetStrFeatureInfo")
        self.freeMatrix = try library.function("XGDMatrixFree")
        self.createBooster = try library.function("XGBoosterCreate")
        self.setParameter = try library.function("XGBoosterSetParam")
        self.update = try library.function("XGBoosterUpdateOneIter")
        self.evaluate = try library.function("XGBoosterEvalOneIter")
        self.slice = try library.function("XGBoosterSlice")
        self.featureScore = try library.function("XGBoosterFeatureScore")
        self.save = try library.function("XGBoosterSaveModelToBuffer")
        self.load = try library.function("XGBoosterLoadModelFromBuffer")
        self.featureCount = try library.function("XGBoosterGetNumFeature")
        self.predict = try library.function("XGBoosterPredictFromDMatrix")
        self.freeBooster = try library.function("XGBoosterFree")
    }

    /// Throws the library's last error of this thread when `status` is not success.
    func check(_ status: Status, _ attempt: String) throws(EngineError) {
        guard status != 0 else { return }
        let text = self.lastError().map { String(cString: $0) } ?? "no reason given"
        throw EngineError(.engineFailed, "XGBoost could not \(attempt): \(EngineError.firstLines(text, limit: 2))")
    }
}
