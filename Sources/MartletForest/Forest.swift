/// A gradient-boosted or random forest, compiled for scoring one row in microseconds.
///
/// Immutable and free of locks: any number of tasks may score at once. Outputs are those of the library that trained
/// the model: LightGBM's doubles bit for bit, XGBoost's single-precision sums. Regression, binary and ranking models
/// with numeric and categorical splits are read; several outputs and linear trees are refused.
///
/// ```swift
/// let forest = try Forest(lightGBM: bytesOfModelFile)
/// let price = forest.score([3, 92.5, .nan])
/// ```
package struct Forest: Sendable {
    /// How the library adds up its trees.
    enum Arithmetic: Sendable {
        /// In double precision from zero, then divided (LightGBM); the divisor is 1 unless the forest averages.
        case double(divisor: Double)
        /// In single precision from the base margin (XGBoost).
        case single(base: Float)
    }

    /// How many values a row has.
    package let featureCount: Int
    /// The features in row order; the library's default names when the model was trained without names.
    package let featureNames: [String]
    /// How the raw sum becomes the prediction.
    package let objective: Objective
    /// How many trees are summed.
    package let treeCount: Int

    let nodes: [ForestNode]
    let values: [Double]
    let edges: [ForestEdge]
    let roots: [UInt32]
    let categoryWords: [UInt32]
    let isPlain: Bool
    let arithmetic: Arithmetic
    let expectedValue: Double
    /// The most different features on one path, for each tree.
    let pathWidths: [Int]
    /// The most nodes in one tree.
    let largestTree: Int
    /// Quadrature rules, by the number of groups less one.
    let rules: [GaussLegendreRule]

    init(_ builder: ForestBuilder, featureNames: [String], objective: Objective, arithmetic: Arithmetic) {
        self.featureCount = builder.featureCount
        self.featureNames = featureNames
        self.objective = objective
        self.treeCount = builder.roots.count
        self.nodes = builder.nodes
        self.values = builder.values
        self.edges = builder.edges
        self.roots = builder.roots
        self.categoryWords = builder.categoryWords
        self.isPlain = builder.isPlain
        self.arithmetic = arithmetic
        self.expectedValue = builder.expectedValue
        self.pathWidths = builder.pathWidths
        self.largestTree = builder.largestTree
        let groupLimit = GaussLegendreRule.groupCount(degree: (builder.pathWidths.max() ?? 0) - 1)
        self.rules = (1...groupLimit).map { GaussLegendreRule(groupCount: $0) }
    }
}
