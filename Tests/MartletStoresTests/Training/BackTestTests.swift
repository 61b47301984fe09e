import MartletCore
import MartletEngines
import MartletTraining
import Testing

/// Quick candidates of a real engine.
struct BackTestTests {
    private static let text = """
        name: rent
        model: rent
        task: regression
        loader: {sql: "SELECT 1", timestamp: moment}
        label: rent
        request_features: {area: {type: float64}, side: {type: string}}
        experiments: [{name: first, rounds: 500, grid: {num_leaves: [7, 15]}}]
        """

    /// Rents that depend on area and side; the label's column may have another name.
    private static func batch(_ count: Int, label: String) -> ColumnBatch {
        let fields = [
            Field("moment", .timestamp), Field("area", .float64), Field("side", .string), Field(label, .float64),
        ]
        let rows = (0..<count)
            .map { row -> [Value] in
                let area = Double(20 + row * 37 % 90)
                let isSouth = row % 3 == 0
                return [
                    .time(EventTime(microseconds: Int64(row) * 1_000_000)), .float64(area),
                    .string(isSouth ? "남" : "북"), .float64(area * 9 + (isSouth ? 300 : 0)),
                ]
            }
        return ColumnBatch(schema: Schema(fields), rows: rows)
    }

    private static func run(_ asked: ColumnBatch, rounds: Int = 50) async throws -> BackTest.Result {
        let recipe = try TrainingWorkspace.recipe(Self.text)
        return try await BackTest(trainer: NativeModelTrainer(locator: .ofProcess()), threads: 1)
            .run(
                recipe,
                columns: TrainingService.columns(of: recipe, service: nil),
                training: Self.batch(600, label: "rent"),
                asked: asked,
                rounds: rounds
            )
    }

    @Test func `a candidate learns from one set and predicts another, categories and all`() async throws {
        let asked = Self.batch(90, label: "label")
        let result = try await Self.run(asked)
        let truth = asked["label"]?.numbers ?? []
        #expect(result.trainedRows == 600)
        #expect(result.predictions.count == 90)
        let errors = zip(result.predictions, truth).map { abs($0 - $1) }
        #expect(errors.reduce(0, +) / 90 < 60)
        let few = try await Self.run(asked, rounds: 1)
        let more = zip(few.predictions, truth).map { abs($0 - $1) }
        #expect(more.reduce(0, +) > errors.reduce(0, +))
    }

    @Test func `equal rows give equal predictions`() async throws {
        let asked = Self.batch(30, label: "label")
        let first = try await Self.run(asked)
        let second = try await Self.run(asked)
        #expect(first.predictions == second.predictions)
    }

    @Test func `rows without a column of the model are refused by its name`() async throws {
        let whole = Self.batch(30, label: "label")
        let asked = ColumnBatch(
            schema: Schema([whole.schema.fields[0], whole.schema.fields[1]]),
            columns: [whole.columns[0], whole.columns[1]]
        )
        await #expect { _ = try await Self.run(asked) } throws: { error in
            (error as? TrainingError)?.code == .trainingUnknownColumn && readableMessage(of: error).contains("'side'")
        }
    }
}
