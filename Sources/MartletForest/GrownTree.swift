/// One tree as a library wrote it, before it is checked and flattened.
///
/// Children below zero are leaves: `~child` is the leaf's index. A tree with one leaf has no splits.
struct GrownTree {
    /// One inner node.
    struct Split {
        /// How a value chooses its side.
        enum Rule {
            /// Up to and including the threshold goes left.
            case numeric(threshold: Double, zeroIsMissing: Bool)
            /// Membership in a bit set of category codes decides.
            case categorical(words: [UInt32])
        }

        var feature: Int
        var rule: Rule
        var missingGoesLeft: Bool
        var left: Int
        var right: Int
        /// How much training data came through here: a row count or a sum of second derivatives.
        var cover: Double
    }

    var splits: [Split] = []
    var leafValues: [Double] = []
    var leafCovers: [Double] = []
}
