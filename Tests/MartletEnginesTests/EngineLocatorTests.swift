import Foundation
import MartletCore
import MartletEngines
import Testing

struct EngineLocatorTests {
    @Test(arguments: Engine.allCases) func `every engine is found`(engine: Engine) throws {
        let location = try EngineLocator.ofProcess().locate(engine)
        #expect(location.origin == .system || FileManager.default.fileExists(atPath: location.path))
    }

    @Test func `a variable that names no file is an error`() throws {
        let locator = EngineLocator(
            environment: ["MARTLET_DUCKDB": "/nowhere/libduckdb.so"],
            executablePath: "/",
            workingDirectory: FileManager.default.currentDirectoryPath
        )
        let error = #expect(throws: EngineError.self) { try locator.locate(.duckDB) }
        #expect(error?.code == .engineNotFound)
        #expect(
            error?.message
                == "could not find DuckDB: MARTLET_DUCKDB names '/nowhere/libduckdb.so', which does not exist; correct "
                + "it or unset it"
        )
    }

    @Test func `a file that is no library is told with the fix`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "no-\(UUID().uuidString).so").path
        try Data("no library".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let locator = EngineLocator(
            environment: ["MARTLET_LIGHTGBM": path],
            executablePath: "/",
            workingDirectory: "/"
        )
        let error = #expect(throws: EngineError.self) { try LightGBM(locator: locator) }
        #expect(error?.code == .engineUnloadable)
        #expect(error?.message.contains(EngineLocator.fix(for: .lightGBM)) == true)
    }
}
