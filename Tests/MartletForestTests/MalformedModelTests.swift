import MartletCore
import MartletForest
import MartletTesting
import Testing

@Suite struct MalformedModelTests {
    private static let models = ["light_regression.txt", "light_zero_as_missing.txt", "extreme_regression.json"]

    private static func read(_ bytes: [UInt8], as file: String) throws(ForestError) -> Forest {
        file.hasSuffix(".txt") ? try Forest(lightGBM: bytes) : try Forest(xgBoost: bytes)
    }

    @Test(arguments: models)
    func `a model cut off anywhere is refused`(file: String) throws {
        let bytes = try GoldenModels.bytes(file)
        for percent in 0..<100 {
            let cut = Array(bytes.prefix(bytes.count * percent / 100))
            do {
                let forest = try Self.read(cut, as: file)
                // The trees are complete: only LightGBM's trailing sections may be absent.
                #expect(String(decoding: cut, as: UTF8.self).contains("end of trees"), "cut at \(percent) %")
                #expect(forest.treeCount == (try Self.read(bytes, as: file).treeCount), "cut at \(percent) %")
            } catch {
                #expect(error.code == .forestMalformedModel, "cut at \(percent) %")
            }
        }
    }

    @Test(arguments: models)
    func `flipped bytes give an error or a forest that still ends`(file: String) throws {
        let bytes = try GoldenModels.bytes(file)
        var random = SplitMix64(seed: 11)
        var refusedCount = 0
        for _ in 0..<400 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                let forest = try Self.read(damaged, as: file)
                let row = (0..<forest.featureCount).map { _ in Double.random(in: -3...40, using: &random) }
                _ = forest.score(row)
                #expect(forest.contributions(row).count == forest.featureCount + 1)
            } catch {
                refusedCount += 1
                #expect([.forestMalformedModel, .forestUnsupportedModel].contains(error.code))
            }
        }
        #expect(refusedCount > 20)
    }

    @Test(arguments: models)
    func `swapped digits give an error or a forest that still ends`(file: String) throws {
        let bytes = try GoldenModels.bytes(file)
        let digits = bytes.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
        var random = SplitMix64(seed: 12)
        for _ in 0..<400 {
            var damaged = bytes
            let place = digits.randomElement(using: &random) ?? 0
            damaged[place] = UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "9"), using: &random)
            guard let forest = try? Self.read(damaged, as: file) else { continue }
            let row = (0..<forest.featureCount).map { _ in Double.random(in: -3...40, using: &random) }
            #expect(!forest.score(row).isNaN)
        }
    }

    @Test func `bytes of another kind are refused with advice`() {
        let light = #expect(throws: ForestError.self) { try Forest(lightGBM: []) }
        #expect(
            light?.message == "The bytes do not start with the line 'tree', so they are no LightGBM text model; "
                + "save the model with LightGBM's save_model."
        )
        let extreme = #expect(throws: ForestError.self) { try Forest(xgBoost: Array("{}".utf8)) }
        #expect(
            extreme?.message
                == "The bytes are no complete XGBoost model; save the model with XGBoost's save_model to a file that ends "
                + "in .json or .ubj."
        )
        #expect(extreme?.underlying != nil)
    }

    @Test func `several classes and linear models are refused by name`() throws {
        let classes = #expect(throws: ForestError.self) {
            try Forest(lightGBM: GoldenModels.bytes("refused_classes.txt"))
        }
        #expect(classes?.code == .forestUnsupportedModel)
        #expect(classes?.message.contains("has 3 outputs, one is supported") == true)
        let linear = #expect(throws: ForestError.self) {
            try Forest(lightGBM: GoldenModels.bytes("refused_linear.txt"))
        }
        #expect(linear?.message.contains("linear tree, which is not supported; train without linear_tree.") == true)
        let extremeClasses = #expect(throws: ForestError.self) {
            try Forest(xgBoost: GoldenModels.bytes("refused_classes.json"))
        }
        #expect(extremeClasses?.message.contains("has 3 outputs, one is supported") == true)
        let booster = #expect(throws: ForestError.self) {
            try Forest(xgBoost: GoldenModels.bytes("refused_linear.json"))
        }
        #expect(
            booster?.message == "The XGBoost model has booster 'gblinear'; gbtree and dart are supported."
        )
    }

    @Test func `a child that points back is refused`() throws {
        let text = String(decoding: try GoldenModels.bytes("light_regression.txt"), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("left_child=") })
        let looped = text.replacing(line, with: "left_child=0" + line.drop { $0 != " " }, maxReplacements: 1)
        let error = #expect(throws: ForestError.self) { try Forest(lightGBM: Array(looped.utf8)) }
        #expect(error?.code == .forestMalformedModel)
        #expect(error?.message.hasPrefix("Tree 0 has a child index that does not exist or is used twice") == true)
    }
}
