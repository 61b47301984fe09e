import Foundation
import Synchronization

/// The functions of libpq that Martlet calls, looked up once.
struct PostgresLibrary: Sendable {
    typealias Texts = UnsafePointer<CText?>
    typealias Numbers = UnsafePointer<Int32>
    typealias NoticeProcessor = @convention(c) (Handle?, CText?) -> Void

    /// The library's version, such as 150010.
    let versionNumber: Int32

    let connect: @convention(c) (Texts, Texts, Int32) -> Handle?
    let status: @convention(c) (Handle?) -> Int32
    let errorMessage: @convention(c) (Handle?) -> CText?
    let finish: @convention(c) (Handle?) -> Void
    let serverVersion: @convention(c) (Handle?) -> Int32
    let transactionStatus: @convention(c) (Handle?) -> Int32
    let setNoticeProcessor: @convention(c) (Handle?, NoticeProcessor?, Handle?) -> NoticeProcessor?
    let parse: @convention(c) (CText, UnsafeMutablePointer<CText?>) -> Handle?
    let freeParsed: @convention(c) (Handle?) -> Void
    let freeMemory: @convention(c) (Handle?) -> Void

    let execute: @convention(c) (Handle?, CText) -> Handle?
    let prepare: @convention(c) (Handle?, CText, CText, Int32, UnsafePointer<UInt32>?) -> Handle?
    let executePrepared: @convention(c) (Handle?, CText, Int32, Texts?, Numbers?, Numbers?, Int32) -> Handle?
    let sendPrepared: @convention(c) (Handle?, CText, Int32, Texts?, Numbers?, Numbers?, Int32) -> Int32
    let setSingleRowMode: @convention(c) (Handle?) -> Int32
    let nextResult: @convention(c) (Handle?) -> Handle?
    let enterPipeline: @convention(c) (Handle?) -> Int32
    let exitPipeline: @convention(c) (Handle?) -> Int32
    let syncPipeline: @convention(c) (Handle?) -> Int32
    let putCopyData: @convention(c) (Handle?, UnsafeRawPointer?, Int32) -> Int32
    let putCopyEnd: @convention(c) (Handle?, CText?) -> Int32

    let resultStatus: @convention(c) (Handle?) -> Int32
    let resultField: @convention(c) (Handle?, Int32) -> CText?
    let clear: @convention(c) (Handle?) -> Void
    let rowCount: @convention(c) (Handle?) -> Int32
    let columnCount: @convention(c) (Handle?) -> Int32
    let columnName: @convention(c) (Handle?, Int32) -> CText?
    let columnType: @convention(c) (Handle?, Int32) -> UInt32
    let value: @convention(c) (Handle?, Int32, Int32) -> CText?
    let valueLength: @convention(c) (Handle?, Int32, Int32) -> Int32
    let isNull: @convention(c) (Handle?, Int32, Int32) -> Int32
    let changedCount: @convention(c) (Handle?) -> CText?

    let makeCancel: @convention(c) (Handle?) -> Handle?
    let cancel: @convention(c) (Handle?, UnsafeMutablePointer<CChar>?, Int32) -> Int32
    let freeCancel: @convention(c) (Handle?) -> Void
}

extension PostgresLibrary {
    private static let loaded = Mutex<[String: PostgresLibrary]>([:])

    /// Loads libpq once for each file and checks its version.
    static func load(_ locator: EngineLocator) throws(EngineError) -> PostgresLibrary {
        let location = try locator.locate(.postgreSQL)
        if let library = self.loaded.withLock({ $0[location.path] }) { return library }
        let library = try PostgresLibrary(DynamicLibrary(path: location.path, engine: .postgreSQL))
        self.loaded.withLock { $0[location.path] = library }
        return library
    }

    /// The version as people write it, such as `15.10`.
    var version: String { "\(self.versionNumber / 10_000).\(self.versionNumber % 10_000)" }

    private static func checkedVersion(_ library: DynamicLibrary) throws(EngineError) -> Int32 {
        let version = try library.function("PQlibVersion", as: (@convention(c) () -> Int32).self)()
        guard version >= 140_000 else {
            throw EngineError(
                .engineWrongVersion,
                "'\(library.path)' is libpq \(version / 10_000); Martlet needs 14 or later, which has the pipeline mode; "
                    + "install a newer one, on Debian as libpq5"
            )
        }
        return version
    }

    private init(_ library: DynamicLibrary) throws(EngineError) {
        self.versionNumber = try Self.checkedVersion(library)
        self.connect = try library.function("PQconnectdbParams")
        self.status = try library.function("PQstatus")
        self.errorMessage = try library.function("PQerrorMessage")
        self.finish = try library.function("PQfinish")
        self.serverVersion = try library.function("PQserverVersion")
        self.transactionStatus = try library.function("PQtransactionStatus")
        self.setNoticeProcessor = try library.function("PQsetNoticeProcessor")
        self.parse = try library.function("PQconninfoParse")
        self.freeParsed = try library.function("PQconninfoFree")
        self.freeMemory = try library.function("PQfreemem")
        self.execute = try library.function("PQexec")
        self.prepare = try library.function("PQprepare")
        self.executePrepared = try library.function("PQexecPrepared")
        self.sendPrepared = try library.function("PQsendQueryPrepared")
        self.setSingleRowMode = try library.function("PQsetSingleRowMode")
        self.nextResult = try library.function("PQgetResult")
        self.enterPipeline = try library.function("PQenterPipelineMode")
        self.exitPipeline = try library.function("PQexitPipelineMode")
        self.syncPipeline = try library.function("PQpipelineSync")
        self.putCopyData = try library.function("PQputCopyData")
        self.putCopyEnd = try library.function("PQputCopyEnd")
        self.resultStatus = try library.function("PQresultStatus")
        self.resultField = try library.function("PQresultErrorField")
        self.clear = try library.function("PQclear")
        self.rowCount = try library.function("PQntuples")
        self.columnCount = try library.function("PQnfields")
        self.columnName = try library.function("PQfname")
        self.columnType = try library.function("PQftype")
        self.value = try library.function("PQgetvalue")
        self.valueLength = try library.function("PQgetlength")
        self.isNull = try library.function("PQgetisnull")
        self.changedCount = try library.function("PQcmdTuples")
        self.makeCancel = try library.function("PQgetCancel")
        self.cancel = try library.function("PQcancel")
        self.freeCancel = try library.function("PQfreeCancel")
    }
}

/// What `PQresultStatus` says, as far as Martlet tells it apart.
enum PostgresResultStatus {
    static let emptyQuery: Int32 = 0
    static let commandDone: Int32 = 1
    static let rows: Int32 = 2
    static let copyIn: Int32 = 4
    static let singleRow: Int32 = 9
    static let pipelineSync: Int32 = 10
    static let pipelineAborted: Int32 = 11
}
