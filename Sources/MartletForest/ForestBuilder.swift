/// Checks grown trees and lays them out for scoring.
///
/// Every index is proved here once (features in range, each node reached exactly once), so that scoring can neither
/// leave the arrays nor loop.
struct ForestBuilder {
    /// Which library's rules for categories apply.
    enum Dialect { case lightGBM, xgBoost }

    let featureCount: Int
    let dialect: Dialect
    var nodes: [ForestNode] = []
    var values: [Double] = []
    var edges: [ForestEdge] = []
    var roots: [UInt32] = []
    var categoryWords: [UInt32] = []
    var isPlain = true
    var expectedValue = 0.0
    /// The most different features on one path, for each tree.
    var pathWidths: [Int] = []
    /// The most nodes in one tree.
    var largestTree = 0

    init(featureCount: Int, dialect: Dialect) {
        self.featureCount = featureCount
        self.dialect = dialect
    }

    /// Appends `tree`, breadth first; messages call it `name`, such as `Tree 17`.
    mutating func append(_ tree: GrownTree, named name: String) throws(ForestError) {
        guard !tree.leafValues.isEmpty, tree.leafValues.count == tree.splits.count + 1 else {
            throw .malformed(
                "\(name) has \(tree.splits.count) splits and \(tree.leafValues.count) leaves; "
                    + "a tree has one leaf more than splits. The file is damaged: save the model again."
            )
        }
        guard self.nodes.count + tree.leafValues.count * 2 < Int(Int32.max) else {
            throw .unsupported("The model has more than 2 thousand million nodes; train fewer trees.")
        }
        let root = self.nodes.count
        var pending: [Int] = [tree.splits.isEmpty ? ~0 : 0]
        var edges: [ForestEdge] = [.root]
        var isSplitSeen = [Bool](repeating: false, count: tree.splits.count)
        var isLeafSeen = [Bool](repeating: false, count: tree.leafValues.count)
        var position = 0
        while position < pending.count {
            let child = pending[position]
            if child < 0 {
                guard ~child < isLeafSeen.count, !isLeafSeen[~child] else { throw Self.wrongChild(name) }
                isLeafSeen[~child] = true
                let value = tree.leafValues[~child]
                guard value.isFinite else {
                    throw .malformed("\(name) has a leaf whose value is not a finite number; save the model again.")
                }
                self.nodes.append(ForestNode(threshold: .infinity, left: UInt32(root + position), featureAndFlags: 0))
                self.values.append(value)
                edges[position].isLeaf = true
            } else {
                guard child < isSplitSeen.count, !isSplitSeen[child] else { throw Self.wrongChild(name) }
                isSplitSeen[child] = true
                let split = tree.splits[child]
                let left = pending.count
                self.nodes.append(try self.node(split, left: root + left, named: name))
                self.values.append(0)
                pending.append(split.left)
                pending.append(split.right)
                self.appendEdges(of: split, in: tree, at: position, to: &edges)
            }
            position += 1
        }
        guard position == tree.splits.count + tree.leafValues.count else { throw Self.wrongChild(name) }
        self.roots.append(UInt32(root))
        self.finish(edges, root: root)
    }

    private static func wrongChild(_ name: String) -> ForestError {
        .malformed(
            "\(name) has a child index that does not exist or is used twice, so it is not a tree. "
                + "The file is damaged: save the model again."
        )
    }

    private mutating func node(
        _ split: GrownTree.Split,
        left: Int,
        named name: String
    ) throws(ForestError) -> ForestNode {
        guard split.feature >= 0, split.feature < self.featureCount else {
            throw .malformed(
                "\(name) splits on feature \(split.feature), but the model has \(self.featureCount) "
                    + "features, counted from 0. The file is damaged: save the model again."
            )
        }
        var flags = UInt32(split.feature)
        if !split.missingGoesLeft { flags |= ForestNode.missingRight }
        switch split.rule {
        case .numeric(let threshold, let zeroIsMissing):
            guard !threshold.isNaN else {
                throw .malformed("\(name) has a split whose threshold is not a number; save the model again.")
            }
            if zeroIsMissing {
                flags |= ForestNode.zeroIsMissing
                self.isPlain = false
            }
            return ForestNode(threshold: threshold, left: UInt32(left), featureAndFlags: flags)
        case .categorical(let words):
            self.isPlain = false
            flags |= ForestNode.categorical
            flags |= self.dialect == .lightGBM ? ForestNode.membersLeft : ForestNode.singlePrecision
            let set = UInt64(self.categoryWords.count) << 32 | UInt64(words.count)
            self.categoryWords += words
            return ForestNode(threshold: Double(bitPattern: set), left: UInt32(left), featureAndFlags: flags)
        }
    }

    private func appendEdges(
        of split: GrownTree.Split,
        in tree: GrownTree,
        at position: Int,
        to edges: inout [ForestEdge]
    ) {
        let covers = [split.left, split.right]
            .map { (child: Int) -> Double in
                if child >= 0 { return child < tree.splits.count ? tree.splits[child].cover : 0 }
                return ~child < tree.leafCovers.count ? tree.leafCovers[~child] : 0
            }
        // The same feature may have been asked above: walk up to the nearest edge that asked it.
        var ancestor = position
        while ancestor != 0, edges[ancestor].feature != UInt32(split.feature) {
            ancestor = Int(edges[ancestor].parent)
        }
        let width = edges[position].width + (ancestor == 0 ? 1 : 0)
        for cover in covers {
            let share = split.cover > 0 ? cover / split.cover : 0.5
            edges.append(
                ForestEdge(
                    coldFraction: edges[ancestor].coldFraction * max(share, ForestEdge.smallestShare),
                    reach: edges[position].reach * share,
                    parent: UInt32(position),
                    ancestor: UInt32(ancestor),
                    feature: UInt32(split.feature),
                    width: width,
                    isLeaf: false
                )
            )
        }
    }

    private mutating func finish(_ edges: [ForestEdge], root: Int) {
        var width = 0
        for (index, edge) in edges.enumerated() where edge.isLeaf {
            self.expectedValue += edge.reach * self.values[root + index]
            width = max(width, Int(edge.width))
        }
        self.pathWidths.append(width)
        self.largestTree = max(self.largestTree, edges.count)
        self.edges += edges
    }
}
