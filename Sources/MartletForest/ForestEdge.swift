/// What explaining needs to know about the step into a node; one for each node, in the same order.
struct ForestEdge: Sendable {
    /// The share of training data that follows this path when the value of `feature` is unknown: the product of the
    /// cover ratios of every split on `feature` from the root to here.
    let coldFraction: Double
    /// The share of all training data that reaches the node.
    let reach: Double
    /// The node above, counted from the tree's root.
    let parent: UInt32
    /// The nearest node above whose own edge asked the same feature; 0, the root, when there is none.
    let ancestor: UInt32
    /// The feature that the split above asks.
    let feature: UInt32
    /// How many different features the path from the root asks.
    let width: UInt32
    var isLeaf: Bool

    /// A path that training data never took gets this share, so that dividing by it stays possible.
    static let smallestShare = 1e-18

    static let root = ForestEdge(
        coldFraction: 1,
        reach: 1,
        parent: 0,
        ancestor: 0,
        feature: .max,
        width: 0,
        isLeaf: false
    )
}
