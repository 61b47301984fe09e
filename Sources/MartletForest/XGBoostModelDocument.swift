/// The parts of XGBoost's JSON model that scoring needs.
///
/// Numbers in parameter blocks are strings in this format. Keys keep XGBoost's spelling through `CodingKeys`.
struct XGBoostModelDocument: Decodable {
    struct Learner: Decodable {
        let featureNames: [String]?
        let booster: Booster
        let parameters: [String: String]
        let objective: NamedObjective

        enum CodingKeys: String, CodingKey {
            case featureNames = "feature_names"
            case booster = "gradient_booster"
            case parameters = "learner_model_param"
            case objective
        }
    }

    struct NamedObjective: Decodable { let name: String }

    struct Booster: Decodable {
        let name: String
        /// The trees; `nil` for a booster without trees.
        let model: Model?
        /// A weight for each tree of `dart`, whose trees stand one level deeper.
        let weights: [Float]?

        enum CodingKeys: String, CodingKey {
            case name, model
            case inner = "gbtree"
            case weights = "weight_drop"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.name = try container.decode(String.self, forKey: .name)
            switch self.name {
            case "gbtree":
                self.model = try container.decode(Model.self, forKey: .model)
                self.weights = nil
            case "dart":
                self.model = try container.decode(Inner.self, forKey: .inner).model
                self.weights = try container.decode([Float].self, forKey: .weights)
            default:
                self.model = nil
                self.weights = nil
            }
        }
    }

    struct Inner: Decodable { let model: Model }

    struct Model: Decodable {
        let parameters: [String: String]
        let roundStarts: [Int]?
        let outputs: [Int]
        let trees: [Tree]

        enum CodingKeys: String, CodingKey {
            case parameters = "gbtree_model_param"
            case roundStarts = "iteration_indptr"
            case outputs = "tree_info"
            case trees
        }
    }

    struct Tree: Decodable {
        let lefts: [Int]
        let rights: [Int]
        let features: [Int]
        /// A threshold in an inner node, the output in a leaf.
        let conditions: [Float]
        let covers: [Float]
        let defaultLefts: [Flag]
        let splitTypes: [Int]?
        let categories: [Int]?
        let categoryNodes: [Int]?
        let categoryStarts: [Int]?
        let categoryCounts: [Int]?
        let parameters: [String: String]

        enum CodingKeys: String, CodingKey {
            case categories
            case lefts = "left_children"
            case rights = "right_children"
            case features = "split_indices"
            case conditions = "split_conditions"
            case covers = "sum_hessian"
            case defaultLefts = "default_left"
            case splitTypes = "split_type"
            case categoryNodes = "categories_nodes"
            case categoryStarts = "categories_segments"
            case categoryCounts = "categories_sizes"
            case parameters = "tree_param"
        }
    }

    /// A truth value that older versions write as `true` and newer ones as 1.
    struct Flag: Decodable {
        let isSet: Bool

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self.isSet = number != 0
            } else {
                self.isSet = try container.decode(Bool.self)
            }
        }
    }

    let learner: Learner
}
