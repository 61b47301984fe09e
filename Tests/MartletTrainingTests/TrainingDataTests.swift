import MartletCore
import MartletTraining
import Testing

struct TrainingDataTests {
    private func split(_ yaml: String, times: [Int64]) throws -> TrainingSplit {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "r.yaml", in: context))
        return TrainingSplit(plan: SplitPlan.read(document, in: context), times: times)
    }

    @Test func `a split in time order keeps the spine's order among equal moments`() throws {
        let split = try self.split("time: {fractions: [0.5, 0.25, 0.25]}", times: [5, 1, 5, 1, 5, 1, 5, 1])
        #expect(split.train == [1, 3, 5, 7])
        #expect(split.validation == [0, 2])
        #expect(split.test == [4, 6])
    }

    @Test func `the cuts of the die-casting log fall where its README says`() throws {
        let split = try self.split("time: {}", times: Array(0..<88_283))
        #expect(split.train.count == 61_798)
        #expect(split.validation.count == 13_242)
        #expect(split.test.count == 13_243)
    }

    @Test func `a random split repeats for its seed, covers every row once and keeps its numbers between releases`()
        throws
    {
        let times = [Int64](repeating: 0, count: 20)
        let first = try self.split("random: {seed: 1}", times: times)
        #expect(try self.split("random: {seed: 1}", times: times) == first)
        #expect(try self.split("random: {seed: 2}", times: times) != first)
        #expect((first.train + first.validation + first.test).sorted() == Array(0..<20))
        #expect(first.train.count == 14)
    }

    @Test(arguments: [0, 1, 2])
    func `a spine too short leaves parts empty rather than failing`(_ count: Int) throws {
        let split = try self.split("time: {}", times: Array(0..<Int64(count)))
        #expect(split.train.count + split.validation.count + split.test.count == count)
    }

    @Test func `categories are those of the training part, numbers sorted by size`() {
        let column = Column([.int64(100), .int64(20), .int64(3), .null, .int64(7)], type: .int64)
        let encoding = CategoryEncoding(column: column, rows: [0, 1, 2, 3])
        #expect(encoding.categories == ["3", "20", "100"])
        #expect(encoding.code(of: .int64(20)) == 1)
        #expect(encoding.code(of: .float64(20)) == 1)
        #expect(encoding.code(of: .int64(7)).isNaN)
        #expect(encoding.code(of: .null).isNaN)
    }

    @Test func `a reference counts every value once, missing ones apart`() {
        let numbers = (0..<100).map(Double.init) + [.nan, .nan]
        let distribution = ReferenceDistributions.Distribution(numbers: numbers)
        #expect(distribution.counts.count == 10)
        #expect(distribution.counts.reduce(0, +) == 100)
        #expect(distribution.missingCount == 2)
        #expect(distribution.mean == 49.5)
        let same = ReferenceDistributions.Distribution(numbers: [4, 4, 4])
        #expect(same.counts.reduce(0, +) == 3)
        let codes = ReferenceDistributions.Distribution(codes: [0, 1, 1, .nan], categories: ["a", "b"])
        #expect(codes.counts == [1, 2])
        #expect(codes.missingCount == 1)
    }

    @Test(arguments: [
        (Value.int64(4), "4"), (.float64(4), "4"), (.float64(4.5), "4.5"), (.boolean(true), "true"),
        (.string("4"), "4"),
    ])
    func `a value names the same category in whatever type it comes`(_ value: Value, _ category: String) {
        #expect(value.category == category)
        #expect(CategoryEncoding(categories: ["x", category]).code(of: value) == 1)
    }

    @Test(arguments: [
        (DataType.date, DataType.date), (.timestamp, .timestamp), (.string, .date), (.string, .int64),
        (.string, .boolean), (.boolean, .int64), (.int64, .boolean),
    ])
    func `a column whose value a request would give differently is refused`(
        _ found: DataType,
        _ declared: DataType
    )
        throws
    {
        let cells: [Value] = (0..<10)
            .map { row in
                switch found {
                case .date, .timestamp: .time(EventTime(microseconds: Int64(row)))
                case .string: .string("a")
                case .boolean: .boolean(true)
                default: .int64(1)
                }
            }
        let times = (0..<10).map { Value.time(EventTime(microseconds: Int64($0))) }
        let labels = (0..<10).map { Value.int64(Int64($0 % 2)) }
        let batch = ColumnBatch(
            schema: Schema([Field("at", .timestamp), Field("failed", .int64), Field("mould", found)]),
            columns: [
                Column(times, type: .timestamp), Column(labels, type: .int64), Column(cells, type: found),
            ]
        )
        let column = ModelColumn(name: "mould", type: declared, source: .request, isRequired: true)
        let error = #expect(throws: TrainingError.self) {
            try TrainingTable(batch: batch, recipe: RecipeTests.read(RecipeTests.text).recipe, columns: [column])
        }
        #expect(error?.code == .trainingColumnType)
    }
}
