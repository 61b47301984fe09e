import Synchronization

/// The functions of LightGBM's C API that Martlet calls, looked up once; 0 is success.
struct LightGBMLibrary: Sendable {
    typealias Status = Int32

    let lastError: @convention(c) () -> CText?
    let createDataset:
        @convention(c) (
            UnsafeRawPointer?, Int32, Int32, Int32, Int32, CText, Handle?, UnsafeMutablePointer<Handle?>
        ) -> Status
    let setField: @convention(c) (Handle?, CText, UnsafeRawPointer?, Int32, Int32) -> Status
    let setFeatureNames: @convention(c) (Handle?, UnsafePointer<CText?>, Int32) -> Status
    let freeDataset: @convention(c) (Handle?) -> Status
    let createBooster: @convention(c) (Handle?, CText, UnsafeMutablePointer<Handle?>) -> Status
    let addValidation: @convention(c) (Handle?, Handle?) -> Status
    let update: @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> Status
    let currentIteration: @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> Status
    let evaluationNames:
        @convention(c) (
            Handle?, Int32, UnsafeMutablePointer<Int32>, Int, UnsafeMutablePointer<Int>,
            UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
        ) -> Status
    let evaluationCount: @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> Status
    let evaluate: @convention(c) (Handle?, Int32, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Double>) -> Status
    let saveToText:
        @convention(c) (
            Handle?, Int32, Int32, Int32, Int64, UnsafeMutablePointer<Int64>, UnsafeMutablePointer<CChar>?
        ) -> Status
    let loadFromText: @convention(c) (CText, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Handle?>) -> Status
    let featureCount: @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> Status
    let predictionCount: @convention(c) (Handle?, Int32, Int32, Int32, Int32, UnsafeMutablePointer<Int64>) -> Status
    let predict:
        @convention(c) (
            Handle?, UnsafeRawPointer?, Int32, Int32, Int32, Int32, Int32, Int32, Int32, CText,
            UnsafeMutablePointer<Int64>, UnsafeMutablePointer<Double>
        ) -> Status
    let importance: @convention(c) (Handle?, Int32, Int32, UnsafeMutablePointer<Double>) -> Status
    let freeBooster: @convention(c) (Handle?) -> Status

    private static let loaded = Mutex<[String: LightGBMLibrary]>([:])

    /// Loads LightGBM once for each file.
    static func load(_ locator: EngineLocator) throws(EngineError) -> LightGBMLibrary {
        let location = try locator.locate(.lightGBM)
        if let library = self.loaded.withLock({ $0[location.path] }) { return library }
        let library = try LightGBMLibrary(DynamicLibrary(path: location.path, engine: .lightGBM))
        self.loaded.withLock { $0[location.path] = library }
        return library
    }

    private init(_ library: DynamicLibrary) throws(EngineError) {
        self.lastError = try library.function("LGBM_GetLastError")
        self.createDataset = try library.function("LGBM_DatasetCreateFromMat")
        self.setField = try library.function("LGBM_DatasetSetField")
        self.setFeatureNames = try library.function("LGBM_DatasetSetFeatureNames")
        self.freeDataset = try library.function("LGBM_DatasetFree")
        self.createBooster = try library.function("LGBM_BoosterCreate")
        self.addValidation = try library.function("LGBM_BoosterAddValidData")
        self.update = try library.function("LGBM_BoosterUpdateOneIter")
        self.currentIteration = try library.function("LGBM_BoosterGetCurrentIteration")
        self.evaluationNames = try library.function("LGBM_BoosterGetEvalNames")
        self.evaluationCount = try library.function("LGBM_BoosterGetEvalCounts")
        self.evaluate = try library.function("LGBM_BoosterGetEval")
        self.saveToText = try library.function("LGBM_BoosterSaveModelToString")
        self.loadFromText = try library.function("LGBM_BoosterLoadModelFromString")
        self.featureCount = try library.function("LGBM_BoosterGetNumFeature")
        self.predictionCount = try library.function("LGBM_BoosterCalcNumPredict")
        self.predict = try library.function("LGBM_BoosterPredictForMat")
        self.importance = try library.function("LGBM_BoosterFeatureImportance")
        self.freeBooster = try library.function("LGBM_BoosterFree")
    }

    /// Throws the library's last error of this thread when `status` is not success.
    func check(_ status: Status, _ attempt: String) throws(EngineError) {
        guard status != 0 else { return }
        let text = self.lastError().map { String(cString: $0) } ?? "no reason given"
        throw EngineError(.engineFailed, "LightGBM could not \(attempt): \(EngineError.firstLines(text))")
    }
}
