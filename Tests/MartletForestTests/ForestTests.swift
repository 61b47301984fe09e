import MartletForest
import Testing

@Suite struct ForestTests {
    @Test func `every golden model is tested`() throws {
        #expect(Set(try GoldenModels.load().cases.keys) == Set(GoldenModels.names))
    }

    @Test(arguments: GoldenModels.names)
    func `scores equal the library's in every bit`(name: String) throws {
        let golden = try GoldenModels.load()
        let answers = try #require(golden.cases[name])
        let forest = try GoldenModels.forest(name)
        for (index, row) in golden.rows(name).enumerated() {
            #expect(forest.score(row) == Double(answers.score[index]), "row \(index)")
            #expect(forest.rawScore(row) == Double(answers.raw[index]), "row \(index)")
        }
    }

    @Test(arguments: GoldenModels.names)
    func `contributions equal the library's and sum to the raw score`(name: String) throws {
        let golden = try GoldenModels.load()
        let answers = try #require(golden.cases[name]).contributions.map { Double($0) ?? .nan }
        let forest = try GoldenModels.forest(name)
        let tolerance = name.hasPrefix("light") ? 1e-12 : 1e-5
        for (index, row) in golden.rows(name).enumerated() {
            let contributions = forest.contributions(row)
            try #require(contributions.count == GoldenModels.width + 1)
            for (feature, value) in contributions.enumerated() {
                let expected = answers[index * contributions.count + feature]
                #expect(abs(value - expected) <= tolerance, "row \(index), feature \(feature)")
            }
            #expect(abs(contributions.reduce(0, +) - forest.rawScore(row)) <= tolerance, "row \(index)")
        }
    }

    @Test func `many rows score as each alone`() throws {
        let forest = try GoldenModels.forest("light_regression")
        let rows = try GoldenModels.load().rows("light_regression")
        #expect(forest.scores(rows.flatMap(\.self)) == rows.map { forest.score($0) })
        #expect(forest.scores([]) == [])
    }

    @Test func `a model tells its names, size and objective`() throws {
        let light = try GoldenModels.forest("light_binary")
        #expect(light.featureCount == 6)
        #expect(light.featureNames == (0..<6).map { "Column_\($0)" })
        #expect(light.objective == .sigmoid(scale: 1.7))
        #expect(light.treeCount == 3)
        let extreme = try GoldenModels.forest("extreme_parallel")
        #expect(extreme.featureNames == (0..<6).map { "f\($0)" })
        #expect(extreme.objective == .identity)
        #expect(extreme.treeCount == 6)
    }

    @Test func `fewer rounds keep the first trees`() throws {
        let light = try GoldenModels.bytes("light_regression.txt")
        #expect(try Forest(lightGBM: light, rounds: 3).treeCount == 3)
        #expect(try Forest(lightGBM: light, rounds: 99).treeCount == 8)
        #expect(try Forest(lightGBM: light, rounds: 0).rawScore([0, 0, 0, 0, 0, 0]) == 0)
        let extreme = try GoldenModels.bytes("extreme_parallel.json")
        #expect(try Forest(xgBoost: extreme, rounds: 1).treeCount == 3)
        #expect(try Forest(xgBoost: extreme, rounds: 99).treeCount == 6)
    }
}
