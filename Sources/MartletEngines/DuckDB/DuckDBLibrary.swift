import CDuckDB
import Foundation
import Synchronization

/// An opaque object of a C library.
typealias Handle = UnsafeMutableRawPointer
/// Text owned by a C library.
typealias CText = UnsafePointer<CChar>

/// The functions of DuckDB's C API that Martlet calls, looked up once.
///
/// Handles that a `destroy`, `close` or `disconnect` function takes are passed by address and nulled by it.
struct DuckDBLibrary: Sendable {
    typealias Release = @convention(c) (UnsafeMutablePointer<Handle?>) -> Void
    typealias State = Int32
    typealias Result = UnsafeMutablePointer<duckdb_result>

    let version: String
    let free: @convention(c) (Handle?) -> Void

    let createConfig: @convention(c) (UnsafeMutablePointer<Handle?>) -> State
    let setConfig: @convention(c) (Handle?, CText, CText) -> State
    let destroyConfig: Release
    let open:
        @convention(c) (
            CText?, UnsafeMutablePointer<Handle?>, Handle?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
        ) -> State
    let close: Release
    let connect: @convention(c) (Handle?, UnsafeMutablePointer<Handle?>) -> State
    let disconnect: Release
    let interrupt: @convention(c) (Handle?) -> Void

    let query: @convention(c) (Handle?, CText, Result) -> State
    let resultError: @convention(c) (Result) -> CText?
    let destroyResult: @convention(c) (Result) -> Void
    let columnCount: @convention(c) (Result) -> UInt64
    let columnName: @convention(c) (Result, UInt64) -> CText?
    let columnLogicalType: @convention(c) (Result, UInt64) -> Handle?
    let fetchChunk: martlet_duckdb_fetch_chunk

    let prepare: @convention(c) (Handle?, CText, UnsafeMutablePointer<Handle?>) -> State
    let prepareError: @convention(c) (Handle?) -> CText?
    let destroyPrepare: Release
    let parameterCount: @convention(c) (Handle?) -> UInt64
    let bindNull: @convention(c) (Handle?, UInt64) -> State
    let bindBoolean: @convention(c) (Handle?, UInt64, Bool) -> State
    let bindInt64: @convention(c) (Handle?, UInt64, Int64) -> State
    let bindDouble: @convention(c) (Handle?, UInt64, Double) -> State
    let bindText: @convention(c) (Handle?, UInt64, CText, UInt64) -> State
    let bindTimestamp: martlet_duckdb_bind_timestamp
    let execute: @convention(c) (Handle?, Result) -> State
    let executeStreaming: @convention(c) (Handle?, Result) -> State
    let preparedColumnCount: @convention(c) (Handle?) -> UInt64
    let preparedColumnName: @convention(c) (Handle?, UInt64) -> UnsafeMutablePointer<CChar>?
    let preparedColumnType: @convention(c) (Handle?, UInt64) -> Handle?

    let createLogicalType: @convention(c) (Int32) -> Handle?
    let destroyLogicalType: Release
    let typeID: @convention(c) (Handle?) -> Int32
    let decimalScale: @convention(c) (Handle?) -> UInt8
    let decimalStorage: @convention(c) (Handle?) -> Int32
    let enumStorage: @convention(c) (Handle?) -> Int32
    let enumCount: @convention(c) (Handle?) -> UInt32
    let enumText: @convention(c) (Handle?, UInt64) -> UnsafeMutablePointer<CChar>?

    let createChunk: @convention(c) (UnsafeMutablePointer<Handle?>, UInt64) -> Handle?
    let destroyChunk: Release
    let resetChunk: @convention(c) (Handle?) -> Void
    let setChunkSize: @convention(c) (Handle?, UInt64) -> Void
    let chunkSize: @convention(c) (Handle?) -> UInt64
    let chunkVector: @convention(c) (Handle?, UInt64) -> Handle?
    let vectorData: @convention(c) (Handle?) -> UnsafeMutableRawPointer?
    let vectorValidity: @convention(c) (Handle?) -> UnsafeMutablePointer<UInt64>?
    let makeValidityWritable: @convention(c) (Handle?) -> Void
    let assignText: @convention(c) (Handle?, UInt64, CText, UInt64) -> Void
    let vectorSize: Int

    let createAppender: @convention(c) (Handle?, CText?, CText, UnsafeMutablePointer<Handle?>) -> State
    let addAppenderColumn: @convention(c) (Handle?, CText) -> State
    let appendChunk: @convention(c) (Handle?, Handle?) -> State
    let appenderError: @convention(c) (Handle?) -> CText?
    let clearAppender: @convention(c) (Handle?) -> State
    let closeAppender: @convention(c) (Handle?) -> State
    let destroyAppender: @convention(c) (UnsafeMutablePointer<Handle?>) -> State
}

extension DuckDBLibrary {
    private static let loaded = Mutex<[String: DuckDBLibrary]>([:])

    /// Loads DuckDB once for each file and checks its version.
    static func load(_ locator: EngineLocator) throws(EngineError) -> DuckDBLibrary {
        let location = try locator.locate(.duckDB)
        if let library = self.loaded.withLock({ $0[location.path] }) { return library }
        // The library out of the Python wheel names Python symbols; the stub beside it answers for them.
        let stub = (location.path as NSString).deletingLastPathComponent + "/libduckdb_python_stub.so"
        if FileManager.default.fileExists(atPath: stub) {
            _ = try DynamicLibrary(path: stub, engine: .duckDB, visibility: .global)
        }
        let library = try DuckDBLibrary(DynamicLibrary(path: location.path, engine: .duckDB))
        self.loaded.withLock { $0[location.path] = library }
        return library
    }

    private static func checkedVersion(_ library: DynamicLibrary) throws(EngineError) -> String {
        let version = try library.function("duckdb_library_version", as: (@convention(c) () -> CText?).self)
        let text = version().map { String(cString: $0) } ?? "none"
        let numbers = text.drop { !$0.isNumber }.split(separator: ".").map { Int($0.prefix(while: \.isNumber)) ?? 0 }
        guard let major = numbers.first, numbers.count > 1, major == 2 || (major == 1 && numbers[1] >= 4) else {
            throw EngineError(
                .engineWrongVersion,
                "'\(library.path)' is DuckDB \(text); Martlet needs 1.4 or later, below 3; run scripts/setup, or name "
                    + "another with MARTLET_DUCKDB"
            )
        }
        return text
    }

    private init(_ library: DynamicLibrary) throws(EngineError) {
        self.version = try Self.checkedVersion(library)
        self.free = try library.function("duckdb_free")
        self.createConfig = try library.function("duckdb_create_config")
        self.setConfig = try library.function("duckdb_set_config")
        self.destroyConfig = try library.function("duckdb_destroy_config")
        self.open = try library.function("duckdb_open_ext")
        self.close = try library.function("duckdb_close")
        self.connect = try library.function("duckdb_connect")
        self.disconnect = try library.function("duckdb_disconnect")
        self.interrupt = try library.function("duckdb_interrupt")
        self.query = try library.function("duckdb_query")
        self.resultError = try library.function("duckdb_result_error")
        self.destroyResult = try library.function("duckdb_destroy_result")
        self.columnCount = try library.function("duckdb_column_count")
        self.columnName = try library.function("duckdb_column_name")
        self.columnLogicalType = try library.function("duckdb_column_logical_type")
        self.fetchChunk = try library.function("duckdb_fetch_chunk")
        self.prepare = try library.function("duckdb_prepare")
        self.prepareError = try library.function("duckdb_prepare_error")
        self.destroyPrepare = try library.function("duckdb_destroy_prepare")
        self.parameterCount = try library.function("duckdb_nparams")
        self.bindNull = try library.function("duckdb_bind_null")
        self.bindBoolean = try library.function("duckdb_bind_boolean")
        self.bindInt64 = try library.function("duckdb_bind_int64")
        self.bindDouble = try library.function("duckdb_bind_double")
        self.bindText = try library.function("duckdb_bind_varchar_length")
        self.bindTimestamp = try library.function("duckdb_bind_timestamp")
        self.execute = try library.function("duckdb_execute_prepared")
        self.executeStreaming = try library.function("duckdb_execute_prepared_streaming")
        self.preparedColumnCount = try library.function("duckdb_prepared_statement_column_count")
        self.preparedColumnName = try library.function("duckdb_prepared_statement_column_name")
        self.preparedColumnType = try library.function("duckdb_prepared_statement_column_logical_type")
        self.createLogicalType = try library.function("duckdb_create_logical_type")
        self.destroyLogicalType = try library.function("duckdb_destroy_logical_type")
        self.typeID = try library.function("duckdb_get_type_id")
        self.decimalScale = try library.function("duckdb_decimal_scale")
        self.decimalStorage = try library.function("duckdb_decimal_internal_type")
        self.enumStorage = try library.function("duckdb_enum_internal_type")
        self.enumCount = try library.function("duckdb_enum_dictionary_size")
        self.enumText = try library.function("duckdb_enum_dictionary_value")
        self.createChunk = try library.function("duckdb_create_data_chunk")
        self.destroyChunk = try library.function("duckdb_destroy_data_chunk")
        self.resetChunk = try library.function("duckdb_data_chunk_reset")
        self.setChunkSize = try library.function("duckdb_data_chunk_set_size")
        self.chunkSize = try library.function("duckdb_data_chunk_get_size")
        self.chunkVector = try library.function("duckdb_data_chunk_get_vector")
        self.vectorData = try library.function("duckdb_vector_get_data")
        self.vectorValidity = try library.function("duckdb_vector_get_validity")
        self.makeValidityWritable = try library.function("duckdb_vector_ensure_validity_writable")
        self.assignText = try library.function("duckdb_vector_assign_string_element_len")
        self.vectorSize = Int(try library.function("duckdb_vector_size", as: (@convention(c) () -> UInt64).self)())
        self.createAppender = try library.function("duckdb_appender_create")
        self.addAppenderColumn = try library.function("duckdb_appender_add_column")
        self.appendChunk = try library.function("duckdb_append_data_chunk")
        self.appenderError = try library.function("duckdb_appender_error")
        self.clearAppender = try library.function("duckdb_appender_clear")
        self.closeAppender = try library.function("duckdb_appender_close")
        self.destroyAppender = try library.function("duckdb_appender_destroy")
    }
}
