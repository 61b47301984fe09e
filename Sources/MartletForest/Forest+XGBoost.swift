import Foundation

extension Forest {
    /// Compiles an XGBoost model (1.3 to 3.2), JSON or its binary form, boosters `gbtree` and `dart`.
    ///
    /// - Parameters:
    ///   - json: the file that XGBoost's `save_model` writes to `….json` or `….ubj`.
    ///   - rounds: how many boosting rounds to keep, from the first; `nil` for all.
    /// - Throws: `ForestError` with `forest.malformedModel` for damaged JSON and `forest.unsupportedModel` for several
    ///   classes or targets, the linear booster or an unknown objective.
    package init(xgBoost json: [UInt8], rounds: Int? = nil) throws(ForestError) {
        let json = BinaryJSON.isBinary(json) ? try BinaryJSON.json(json) : json
        let document: XGBoostModelDocument
        do {
            document = try JSONDecoder().decode(XGBoostModelDocument.self, from: Data(json))
        } catch {
            throw .malformed(
                "The bytes are no complete XGBoost model; save the model with XGBoost's save_model to a file that ends "
                    + "in .json or .ubj.",
                underlying: error
            )
        }
        let learner = document.learner
        let model = try Self.boosterModel(learner)
        let featureCount = try Self.integer("num_feature", of: learner.parameters)
        let names = learner.featureNames ?? []
        guard featureCount >= 0, featureCount <= 1 << 26, names.isEmpty || names.count == featureCount else {
            throw .malformed(
                "The XGBoost model names \(names.count) features and counts \(featureCount); "
                    + "the file is damaged, save the model again."
            )
        }
        var builder = ForestBuilder(featureCount: featureCount, dialect: .xgBoost)
        for index in 0..<(try Self.keptTreeCount(model, rounds: rounds)) {
            let weight = learner.booster.weights.map { $0[index] } ?? 1
            let name = "Tree \(index)"
            try builder.append(Self.tree(model.trees[index], weight: weight, named: name), named: name)
        }
        let objective = try Self.xgBoostObjective(learner.objective.name)
        self.init(
            builder,
            featureNames: names.isEmpty ? (0..<featureCount).map { "f\($0)" } : names,
            objective: objective.transform,
            arithmetic: .single(base: objective.margin(try Self.baseScore(learner.parameters)))
        )
    }

    private static func boosterModel(
        _ learner: XGBoostModelDocument.Learner
    ) throws(ForestError) -> XGBoostModelDocument.Model {
        let classes = try Self.integer("num_class", of: learner.parameters, or: 0)
        let targets = try Self.integer("num_target", of: learner.parameters, or: 1)
        guard classes <= 1, targets <= 1 else {
            throw .unsupported(
                "The XGBoost model has \(max(classes, targets)) outputs, one is supported; "
                    + "train a regression or binary model, or one model for each class."
            )
        }
        let booster = learner.booster
        guard booster.name == "gbtree" || booster.name == "dart" else {
            throw .unsupported("The XGBoost model has booster '\(booster.name)'; gbtree and dart are supported.")
        }
        guard let model = booster.model else {
            throw .malformed("The XGBoost model holds no trees section; the file is damaged, save the model again.")
        }
        guard model.outputs.count == model.trees.count, model.outputs.allSatisfy({ $0 == 0 }),
            booster.weights?.count ?? model.trees.count == model.trees.count,
            try Self.integer("num_trees", of: model.parameters) == model.trees.count
        else {
            throw .malformed(
                "The XGBoost model's tree count, outputs and weights disagree; "
                    + "the file is damaged, save the model again."
            )
        }
        return model
    }

    private static func keptTreeCount(
        _ model: XGBoostModelDocument.Model,
        rounds: Int?
    ) throws(ForestError) -> Int {
        guard let rounds, rounds >= 0 else { return model.trees.count }
        guard let starts = model.roundStarts else {
            let perRound = try Self.integer("num_parallel_tree", of: model.parameters, or: 1)
            let (count, overflow) = rounds.multipliedReportingOverflow(by: max(1, perRound))
            return overflow ? model.trees.count : min(count, model.trees.count)
        }
        guard rounds < starts.count else { return model.trees.count }
        guard (0...model.trees.count).contains(starts[rounds]) else {
            throw .malformed("The XGBoost model's 'iteration_indptr' leaves its trees; save the model again.")
        }
        return starts[rounds]
    }

    private static func integer(
        _ key: String,
        of parameters: [String: String],
        or fallback: Int? = nil
    ) throws(ForestError) -> Int {
        if let value = parameters[key].flatMap({ Int($0) }) ?? (parameters[key] == nil ? fallback : nil) {
            return value
        }
        throw .malformed("The XGBoost model lacks a whole number '\(key)'; the file is damaged, save the model again.")
    }

    /// Reads `base_score`: a number, or since 3.1 a list of one number in brackets.
    private static func baseScore(_ parameters: [String: String]) throws(ForestError) -> Float {
        let text = parameters["base_score"] ?? ""
        let number = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        guard let value = Float(number), value.isFinite else {
            throw .malformed("The XGBoost model's 'base_score' is not one finite number; save the model again.")
        }
        return value
    }

    private static func tree(
        _ tree: XGBoostModelDocument.Tree,
        weight: Float,
        named name: String
    ) throws(ForestError) -> GrownTree {
        let count = tree.lefts.count
        guard try Self.integer("size_leaf_vector", of: tree.parameters, or: 1) <= 1 else {
            throw .unsupported("\(name) of the XGBoost model has vector leaves; train with one output per tree.")
        }
        guard count >= 1,
            [
                tree.rights.count, tree.features.count, tree.conditions.count, tree.covers.count,
                tree.defaultLefts.count, tree.splitTypes?.count ?? count,
            ]
            .allSatisfy({ $0 == count })
        else {
            throw .malformed("\(name) of the XGBoost model has lists of different lengths; save the model again.")
        }
        // Deleted nodes stay in the lists: number what the root reaches, leaves and splits apart.
        let sets = try Self.categorySets(tree, named: name)
        var grown = GrownTree()
        var numbers = [Int?](repeating: nil, count: count)
        var reached = [0]
        var splitCount = 0
        var position = 0
        while position < reached.count {
            let node = reached[position]
            position += 1
            guard numbers[node] == nil else { throw Self.notATree(name) }
            if tree.lefts[node] == -1 {
                numbers[node] = ~grown.leafValues.count
                grown.leafValues.append(Double(weight * tree.conditions[node]))
                grown.leafCovers.append(Double(tree.covers[node]))
                continue
            }
            numbers[node] = splitCount
            splitCount += 1
            for child in [tree.lefts[node], tree.rights[node]] {
                guard child > 0, child < count else { throw Self.notATree(name) }
                reached.append(child)
            }
        }
        for node in reached where tree.lefts[node] != -1 {
            let (left, right) = (numbers[tree.lefts[node]] ?? 0, numbers[tree.rights[node]] ?? 0)
            grown.splits.append(
                GrownTree.Split(
                    feature: tree.features[node],
                    rule: try Self.rule(tree, at: node, sets: sets, named: name),
                    missingGoesLeft: tree.defaultLefts[node].isSet,
                    left: left,
                    right: right,
                    cover: Double(tree.covers[node])
                )
            )
        }
        return grown
    }

    private static func notATree(_ name: String) -> ForestError {
        .malformed(
            "\(name) of the XGBoost model has a child index that does not exist or is used twice, so it is not "
                + "a tree. The file is damaged: save the model again."
        )
    }

    private static func rule(
        _ tree: XGBoostModelDocument.Tree,
        at node: Int,
        sets: [Int: [UInt32]],
        named name: String
    ) throws(ForestError) -> GrownTree.Split.Rule {
        if tree.splitTypes?[node] ?? 0 == 1 {
            guard let set = sets[node] else {
                throw .malformed(
                    "\(name) of the XGBoost model splits on categories that it does not list; "
                        + "save the model again."
                )
            }
            return .categorical(words: set)
        }
        let threshold = tree.conditions[node]
        guard threshold.isFinite else {
            throw .malformed("\(name) of the XGBoost model has a threshold that is not finite; save the model again.")
        }
        return .numeric(threshold: SinglePrecisionThreshold.greatestBelow(threshold), zeroIsMissing: false)
    }

    /// The bit set of category codes of each categorical node.
    private static func categorySets(
        _ tree: XGBoostModelDocument.Tree,
        named name: String
    ) throws(ForestError) -> [Int: [UInt32]] {
        let (nodes, categories) = (tree.categoryNodes ?? [], tree.categories ?? [])
        let (starts, counts) = (tree.categoryStarts ?? [], tree.categoryCounts ?? [])
        let error = ForestError.malformed(
            "\(name) of the XGBoost model has category lists that do not fit together; "
                + "the file is damaged, save the model again."
        )
        guard starts.count == nodes.count, counts.count == nodes.count else { throw error }
        var sets: [Int: [UInt32]] = [:]
        for (index, node) in nodes.enumerated() {
            let (start, count) = (starts[index], counts[index])
            guard start >= 0, count >= 0, start <= categories.count, count <= categories.count - start else {
                throw error
            }
            var words: [UInt32] = []
            for category in categories[start..<start + count] {
                guard category >= 0, category < 1 << 24 else { throw error }
                let word = category >> 5
                if word >= words.count { words += [UInt32](repeating: 0, count: word + 1 - words.count) }
                words[word] |= 1 << UInt32(category & 31)
            }
            sets[node] = words
        }
        return sets
    }
}
