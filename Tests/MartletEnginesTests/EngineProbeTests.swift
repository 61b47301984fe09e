import MartletEngines
import Testing

struct EngineProbeTests {
    @Test(arguments: Engine.allCases) func `every engine does its small job`(engine: Engine) {
        let report = EngineProbe(locator: .ofProcess()).report(engine)
        #expect(report.works, "\(report.detail)")
        #expect(report.location != nil)
        #expect(report.fix == nil)
    }

    @Test(arguments: Engine.allCases) func `a missing engine is reported with its fix`(engine: Engine) {
        let locator = EngineLocator(
            environment: [engine.environmentVariable: "/nowhere/lib.so"],
            executablePath: "/",
            workingDirectory: "/"
        )
        let report = EngineProbe(locator: locator).report(engine)
        #expect(!report.works)
        #expect(report.detail.contains(engine.environmentVariable))
        #expect(report.fix == EngineLocator.fix(for: engine))
    }

    @Test func `a model of one node returns what it is given`() throws {
        let session = try ONNXSession(model: EngineProbeModel.identity, locator: .ofProcess())
        #expect(session.inputNames == ["x"])
        #expect(session.outputNames == ["y"])
        let input = ONNXTensor(shape: [3], values: [1, .infinity, -0.5])
        #expect(try session.run([input]) == [input])
        #expect(throws: EngineError.self) { try session.run([]) }
        let wrong = ONNXTensor(shape: [1, 3], values: [1, 2, 3])
        let error = #expect(throws: EngineError.self) { try session.run([wrong]) }
        #expect(error?.code == .engineFailed)
        #expect(throws: EngineError.self) { try ONNXSession(model: [1, 2, 3], locator: .ofProcess()) }
    }
}

/// The bytes of an `Identity` model over floats `[n]`, opset 17, written down as protobuf.
private enum EngineProbeModel {
    static let identity: [UInt8] =
        [0x08, 8, 0x3A, 57, 0x0A, 16, 0x0A, 1, 0x78, 0x12, 1, 0x79, 0x22, 8] + Array("Identity".utf8)
        + [0x12, 1, 0x67] + Self.value(0x5A, "x") + Self.value(0x62, "y") + [0x42, 2, 0x10, 17]

    /// A float tensor `[n]`: 16 bytes behind its tag and length.
    private static func value(_ tag: UInt8, _ name: Character) -> [UInt8] {
        [tag, 16, 0x0A, 1, name.asciiValue ?? 0, 0x12, 11, 0x0A, 9, 0x08, 1, 0x12, 5, 0x0A, 3, 0x12, 1, 0x6E]
    }
}
