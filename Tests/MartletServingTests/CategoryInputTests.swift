import MartletCore
import MartletForest
import MartletServing
import MartletTesting
import MartletTracking
import Testing

/// Holds serving to the numbers training gives a model.
struct CategoryInputTests {
    private func slot(_ type: DataType, _ categories: [String]?) throws -> InputPlan.Slot {
        let manifest = try GatewayFixture.manifest(
            inputs: [ModelInput(name: "mould", type: type, source: .request, categories: categories)],
            service: nil,
            text: ""
        )
        return try #require(try InputPlan(manifest, service: nil, rows: [:]).slots.first)
    }

    @Test(arguments: [
        (DataType.int64, Value.int64(4)), (.float64, .float64(4)), (.string, .string("4")),
    ])
    func `a whole number is one category, however it is typed`(_ type: DataType, _ value: Value) throws {
        #expect(try self.slot(type, ["3", "4"]).number(value) == 1)
    }

    @Test func `booleans, unknown and missing categories reach the model as in training`() throws {
        let slot = try self.slot(.boolean, ["false", "true"])
        #expect(slot.number(.boolean(true)) == 1)
        #expect(slot.number(.null).isNaN)
        #expect(try self.slot(.string, ["a"]).number(.string("b")).isNaN)
        #expect(try self.slot(.boolean, nil).number(.boolean(true)) == 1)
    }

    @Test(arguments: [DataType.date, .timestamp])
    func `a model that would take a moment is not loaded`(_ type: DataType) {
        let error = #expect(throws: ServingError.self) { try self.slot(type, nil) }
        #expect(error?.code == .deploymentNotLoadable)
    }
}
