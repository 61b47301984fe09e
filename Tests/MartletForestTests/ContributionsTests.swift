import MartletTesting
import Testing

@testable import MartletForest

/// Contributions of random trees against the definition: the Shapley value as a sum over all subsets of features.
@Suite struct ContributionsTests {
    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func `contributions equal the sum over all subsets`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let featureCount = Int.random(in: 1...7, using: &random)
        let tree = Self.randomTree(leafCount: 24, featureCount: featureCount, using: &random)
        let forest = try Self.forest(tree, featureCount: featureCount)
        for _ in 0..<10 {
            let row = Self.randomRow(featureCount, using: &random)
            let contributions = forest.contributions(row)
            let expected = Self.shapleyValues(tree, row: row)
            for (value, expected) in zip(contributions, expected) {
                #expect(abs(value - expected) < 1e-12)
            }
        }
    }

    @Test(arguments: [12, 40, 90, 250])
    func `contributions of a path with many features sum to the score`(featureCount: Int) throws {
        // One long path, every step another feature: the widest polynomial there is.
        var tree = GrownTree()
        var random = SplitMix64(seed: 5)
        for feature in 0..<featureCount {
            let isLast = feature == featureCount - 1
            tree.splits.append(
                GrownTree.Split(
                    feature: feature,
                    rule: .numeric(threshold: 0, zeroIsMissing: false),
                    missingGoesLeft: true,
                    left: ~feature,
                    right: isLast ? ~featureCount : feature + 1,
                    cover: Double(2 * (featureCount - feature) + 2)
                )
            )
            tree.leafCovers.append(2)
            tree.leafValues.append(Double.random(in: -1...1, using: &random))
        }
        tree.leafCovers.append(2)
        tree.leafValues.append(3)
        let forest = try Self.forest(tree, featureCount: featureCount)
        for _ in 0..<5 {
            let row = (0..<featureCount).map { _ in Double.random(in: -0.1...1, using: &random) }
            #expect(abs(forest.contributions(row).reduce(0, +) - forest.rawScore(row)) < 1e-12)
        }
        let ones = [Double](repeating: 1, count: featureCount)
        #expect(abs(forest.contributions(ones).reduce(0, +) - 3) < 1e-12)
    }

    @Test func `a branch that training never took gives finite contributions`() throws {
        var tree = GrownTree()
        let rule = GrownTree.Split.Rule.numeric(threshold: 0, zeroIsMissing: false)
        tree.splits = [
            .init(feature: 0, rule: rule, missingGoesLeft: true, left: 1, right: ~0, cover: 10),
            .init(feature: 1, rule: rule, missingGoesLeft: true, left: ~1, right: ~2, cover: 0),
        ]
        tree.leafValues = [5, 1, 2]
        tree.leafCovers = [10, 0, 0]
        let forest = try Self.forest(tree, featureCount: 2)
        for (value, expected) in zip(forest.contributions([1, 0]), [0.0, 0, 5]) {
            #expect(abs(value - expected) < 1e-12)
        }
        let taken = forest.contributions([-1, 1])
        #expect(abs(taken.reduce(0, +) - 2) < 1e-12)
        #expect(abs(taken[0] - -3.25) < 1e-12)
        #expect(abs(taken[1] - 0.25) < 1e-12)
    }

    @Test(arguments: [1, 2, 3, 16])
    func `the quadrature rule integrates powers exactly`(groupCount: Int) {
        let rule = GaussLegendreRule(groupCount: groupCount)
        for degree in 0..<8 * groupCount {
            var integral = 0.0
            for group in rule.groups {
                var power = SIMD4<Double>.one
                for _ in 0..<degree { power *= group.points }
                integral += (power * group.weights).sum()
            }
            #expect(abs(integral - 1 / Double(degree + 1)) < 1e-14)
        }
    }

    private static func forest(_ tree: GrownTree, featureCount: Int) throws -> Forest {
        var builder = ForestBuilder(featureCount: featureCount, dialect: .lightGBM)
        try builder.append(tree, named: "Tree 0")
        return Forest(
            builder,
            featureNames: (0..<featureCount).map { "f\($0)" },
            objective: .identity,
            arithmetic: .double(divisor: 1)
        )
    }

    private static func randomRow(_ count: Int, using random: inout SplitMix64) -> [Double] {
        (0..<count).map { _ in Int.random(in: 0..<8, using: &random) == 0 ? .nan : .random(in: 0...1, using: &random) }
    }

    /// Splits a random leaf until there are enough.
    private static func randomTree(
        leafCount: Int,
        featureCount: Int,
        using random: inout SplitMix64
    ) -> GrownTree {
        var tree = GrownTree()
        tree.leafValues = [0]
        tree.leafCovers = [10_000]
        while tree.leafValues.count < leafCount {
            let leaf = Int.random(in: 0..<tree.leafValues.count, using: &random)
            let cover = tree.leafCovers[leaf]
            let leftCover = (cover * Double.random(in: 0.1...0.9, using: &random)).rounded()
            for index in tree.splits.indices {
                if tree.splits[index].left == ~leaf { tree.splits[index].left = tree.splits.count }
                if tree.splits[index].right == ~leaf { tree.splits[index].right = tree.splits.count }
            }
            tree.splits.append(
                GrownTree.Split(
                    feature: Int.random(in: 0..<featureCount, using: &random),
                    rule: .numeric(threshold: .random(in: 0...1, using: &random), zeroIsMissing: false),
                    missingGoesLeft: Bool.random(using: &random),
                    left: ~leaf,
                    right: ~tree.leafValues.count,
                    cover: cover
                )
            )
            tree.leafCovers[leaf] = leftCover
            tree.leafCovers.append(cover - leftCover)
            tree.leafValues.append(0)
        }
        tree.leafValues = tree.leafValues.map { _ in Double.random(in: -5...5, using: &random) }
        return tree
    }

    /// The definition: every feature's mean marginal gain over all orders, as a weighted sum over subsets.
    private static func shapleyValues(_ tree: GrownTree, row: [Double]) -> [Double] {
        let games = (0..<1 << row.count).map { Self.expectation(tree, at: 0, row: row, known: $0) }
        let factorials = (0...row.count).reduce(into: [1.0]) { $0.append(($0.last ?? 1) * Double($1 + 1)) }
        var values = [Double](repeating: 0, count: row.count + 1)
        for feature in row.indices {
            for subset in games.indices where subset >> feature & 1 == 0 {
                let size = subset.nonzeroBitCount
                let weight = factorials[size] * factorials[row.count - size - 1] / factorials[row.count]
                values[feature] += weight * (games[subset | 1 << feature] - games[subset])
            }
        }
        values[row.count] = games[0]
        return values
    }

    /// The expected value of the tree when only the features in the bit set `known` are known.
    private static func expectation(_ tree: GrownTree, at child: Int, row: [Double], known: Int) -> Double {
        guard child >= 0 else { return tree.leafValues[~child] }
        let split = tree.splits[child]
        let left = Self.expectation(tree, at: split.left, row: row, known: known)
        let right = Self.expectation(tree, at: split.right, row: row, known: known)
        let value = row[split.feature]
        guard known >> split.feature & 1 == 1 else {
            let leftCover = split.left >= 0 ? tree.splits[split.left].cover : tree.leafCovers[~split.left]
            return left * (leftCover / split.cover) + right * (1 - leftCover / split.cover)
        }
        guard case .numeric(let threshold, _) = split.rule else { return .nan }
        return (value.isNaN ? split.missingGoesLeft : value <= threshold) ? left : right
    }
}
