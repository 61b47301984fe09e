extension Forest {
    /// Compiles a LightGBM text model (format v3 or v4).
    ///
    /// Read are numeric splits, categorical splits, every missing type, trees of one leaf, random forests
    /// (`average_output`) and the objectives with one output.
    ///
    /// - Parameters:
    ///   - text: the file that LightGBM's `save_model` writes.
    ///   - rounds: how many trees to keep, from the first; `nil` for all.
    /// - Throws: `ForestError` with `forest.malformedModel` for damaged text and `forest.unsupportedModel` for several
    ///   classes, linear trees or an unknown objective.
    package init(lightGBM text: [UInt8], rounds: Int? = nil) throws(ForestError) {
        let model = try LightGBMModelText(text)
        let header = model.header
        try Self.checkHeader(header)
        let names = (header["feature_names"] ?? "").split(separator: " ").map(String.init)
        let last = try LightGBMModelText.integer("max_feature_idx", of: header, named: "The header")
        guard last >= 0 || names.isEmpty, names.count - 1 == last else {
            throw .malformed(
                "The LightGBM model names \(names.count) features but counts \(last) as the last; "
                    + "the file is damaged, save the model again."
            )
        }
        let sizes: [Int] = try LightGBMModelText.list("tree_sizes", of: header, count: nil, named: "The header")
        guard sizes.count == model.trees.count else {
            throw .malformed(
                "The LightGBM model announces \(sizes.count) trees and holds \(model.trees.count); "
                    + "the file is damaged, save the model again."
            )
        }
        var builder = ForestBuilder(featureCount: names.count, dialect: .lightGBM)
        for (index, block) in model.trees.prefix(max(0, rounds ?? .max)).enumerated() {
            let name = "Tree \(index)"
            try builder.append(Self.tree(block, named: name), named: name)
        }
        let averages = header["average_output"] != nil && !builder.roots.isEmpty
        self.init(
            builder,
            featureNames: names,
            objective: try Self.lightGBMObjective(header["objective"] ?? ""),
            arithmetic: .double(divisor: averages ? Double(builder.roots.count) : 1)
        )
    }

    private static func checkHeader(_ header: LightGBMModelText.Block) throws(ForestError) {
        let version = header["version"] ?? "none"
        guard version == "v3" || version == "v4" else {
            throw .unsupported(
                "The LightGBM model has format version '\(version)', read are v3 and v4; "
                    + "save the model again with LightGBM 3 or 4."
            )
        }
        let classes = try LightGBMModelText.integer("num_class", of: header, named: "The header")
        let outputs = try LightGBMModelText.integer("num_tree_per_iteration", of: header, named: "The header")
        guard classes == 1, outputs == 1 else {
            throw .unsupported(
                "The LightGBM model has \(max(classes, outputs)) outputs, one is supported; "
                    + "train a regression or binary model, or one model for each class."
            )
        }
    }

    private static func tree(_ block: LightGBMModelText.Block, named name: String) throws(ForestError) -> GrownTree {
        guard try LightGBMModelText.integer("is_linear", of: block, or: 0, named: name) == 0 else {
            throw .unsupported(
                "\(name) of the LightGBM model is a linear tree, which is not supported; "
                    + "train without linear_tree."
            )
        }
        let leafCount = try LightGBMModelText.integer("num_leaves", of: block, named: name)
        var tree = GrownTree()
        guard leafCount >= 1, leafCount <= block["leaf_value"]?.utf8.count ?? 0 else {
            throw .malformed(
                "\(name) of the LightGBM model announces \(leafCount) leaves and lists fewer; "
                    + "the file is damaged, save the model again."
            )
        }
        tree.leafValues = try LightGBMModelText.list("leaf_value", of: block, count: leafCount, named: name)
        guard leafCount > 1 else { return tree }
        tree.leafCovers = try LightGBMModelText.list("leaf_count", of: block, count: leafCount, named: name)
        let count = leafCount - 1
        let features: [Int] = try LightGBMModelText.list("split_feature", of: block, count: count, named: name)
        let types: [UInt8] = try LightGBMModelText.list("decision_type", of: block, count: count, named: name)
        let thresholds: [Double] = try LightGBMModelText.list("threshold", of: block, count: count, named: name)
        let lefts: [Int] = try LightGBMModelText.list("left_child", of: block, count: count, named: name)
        let rights: [Int] = try LightGBMModelText.list("right_child", of: block, count: count, named: name)
        let covers: [Double] = try LightGBMModelText.list("internal_count", of: block, count: count, named: name)
        let sets = try Self.categorySets(block, named: name)
        for index in 0..<count {
            let rule = try Self.rule(types[index], threshold: thresholds[index], sets: sets, named: name)
            tree.splits.append(
                GrownTree.Split(
                    feature: features[index],
                    rule: rule,
                    missingGoesLeft: Self.missingGoesLeft(types[index], threshold: thresholds[index]),
                    left: lefts[index],
                    right: rights[index],
                    cover: covers[index]
                )
            )
        }
        return tree
    }

    /// The bit sets of a tree's categorical splits.
    private static func categorySets(
        _ block: LightGBMModelText.Block,
        named name: String
    ) throws(ForestError) -> [[UInt32]] {
        let count = try LightGBMModelText.integer("num_cat", of: block, or: 0, named: name)
        guard count != 0 else { return [] }
        let bounds: [Int] = try LightGBMModelText.list("cat_boundaries", of: block, count: nil, named: name)
        let words: [UInt32] = try LightGBMModelText.list("cat_threshold", of: block, count: nil, named: name)
        let pairs = zip(bounds, bounds.dropFirst())
        guard count > 0, bounds.count - 1 == count, bounds.first == 0, bounds.last == words.count,
            pairs.allSatisfy({ $0 <= $1 })
        else {
            throw .malformed(
                "\(name) of the LightGBM model has category sets that do not fit together; "
                    + "the file is damaged, save the model again."
            )
        }
        return pairs.map { Array(words[$0..<$1]) }
    }

    /// Reads a `decision_type`: bit 0 categorical, bit 1 default left, bits 2 and 3 the missing type.
    private static func rule(
        _ type: UInt8,
        threshold: Double,
        sets: [[UInt32]],
        named name: String
    ) throws(ForestError) -> GrownTree.Split.Rule {
        guard type & 1 == 1 else { return .numeric(threshold: threshold, zeroIsMissing: type >> 2 & 3 == 1) }
        guard let set = Int(exactly: threshold), sets.indices.contains(set) else {
            throw .malformed(
                "\(name) of the LightGBM model splits on a category set that it does not hold; "
                    + "the file is damaged, save the model again."
            )
        }
        return .categorical(words: sets[set])
    }

    /// Where `NaN` goes: a category that is missing is in no set; without a missing type `NaN` counts as zero.
    private static func missingGoesLeft(_ type: UInt8, threshold: Double) -> Bool {
        if type & 1 == 1 { return false }
        return type >> 2 & 3 == 0 ? 0 <= threshold : type & 2 != 0
    }

    private static func lightGBMObjective(_ text: Substring) throws(ForestError) -> Objective {
        let words = text.split(separator: " ")
        let name = words.first.map(String.init) ?? ""
        switch name {
        case "", "custom", "none", "lambdarank", "rank_xendcg": return .identity
        case "regression", "regression_l2", "regression_l1", "huber", "fair", "quantile", "mape":
            return words.contains("sqrt") ? .signedSquare : .identity
        case "poisson", "gamma", "tweedie": return .exponential
        case "cross_entropy": return .sigmoid(scale: 1)
        case "cross_entropy_lambda": return .softplus
        case "binary":
            let prefix = "sigmoid:"
            let scale = words.first { $0.hasPrefix(prefix) }.map { Double($0.dropFirst(prefix.count)) } ?? 1
            guard let scale, scale.isFinite, scale > 0 else {
                throw .malformed("The LightGBM model's binary objective has no usable 'sigmoid'; save the model again.")
            }
            return .sigmoid(scale: scale)
        default:
            throw .unsupported(
                "The LightGBM model has objective '\(name)', which is not supported; "
                    + "train a regression, binary or ranking model with one output."
            )
        }
    }
}
