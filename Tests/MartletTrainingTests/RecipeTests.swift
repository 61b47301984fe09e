import MartletCore
import MartletTraining
import Testing

struct RecipeTests {
    static let text = """
        name: defects
        model: defect
        task: binary_classification
        loader:
          sql: SELECT * FROM shots
          timestamp: at
        label: failed
        request_features:
          temperature: {type: float64}
          mould: {type: int64}
        categorical: [mould]
        experiments:
          - name: trees
            parameters: {learning_rate: 0.05}
            grid: {num_leaves: [31, 63], lambda_l2: [0, 1]}
          - name: boost
            engine: xgboost
            rounds: 50
        gates: [auc > 0.9]
        """

    static func read(_ text: String) -> (recipe: Recipe, diagnostics: [Diagnostic]) {
        let context = DocumentContext()
        guard let document = Document.parse(yaml: text, file: "recipes/defects.yaml", in: context) else {
            return (Recipe.placeholder, context.diagnostics)
        }
        return (Recipe.read(document, in: context), context.diagnostics)
    }

    @Test func `a short recipe reads with its defaults`() throws {
        let (recipe, diagnostics) = Self.read(Self.text)
        #expect(diagnostics.isEmpty)
        #expect(recipe.split.fractions.all == [0.7, 0.15, 0.15])
        #expect(recipe.metrics == [.auc, .prAUC, .f1, .f1AtHalf, .logLoss])
        #expect(recipe.selectBy == .auc)
        #expect(recipe.seed == 42)
    }

    @Test func `a grid is multiplied out in the order written, its last key fastest`() {
        let names = Self.read(Self.text).recipe.expandedExperiments.map(\.name)
        #expect(
            names == [
                "trees num_leaves=31 lambda_l2=0", "trees num_leaves=31 lambda_l2=1",
                "trees num_leaves=63 lambda_l2=0", "trees num_leaves=63 lambda_l2=1", "boost",
            ]
        )
    }

    @Test func `an experiment keeps its parameters beside those the task asks for`() {
        let first = Self.read(Self.text).recipe.expandedExperiments[0]
        let parameters = first.engineParameters(task: .binaryClassification, seed: 7, selectBy: .auc)
        #expect(parameters["learning_rate"] == "0.05")
        #expect(parameters["num_leaves"] == "31")
        #expect(parameters["objective"] == "binary")
        #expect(parameters["seed"] == "7")
        #expect(parameters["metric"] == "auc")
    }

    @Test(arguments: [
        ("gates: [auc > 0.9]", "gates: [mae < 3]", "recipe.metricOfOtherTask"),
        ("gates: [auc > 0.9]", "gates: [aux > 0.9]", "recipe.invalidGate"),
        ("gates: [auc > 0.9]", "select_by: rmse", "recipe.metricOfOtherTask"),
        ("learning_rate: 0.05", "num_threads: 8", "recipe.reservedParameter"),
        ("name: boost", "name: trees num_leaves=31 lambda_l2=0", "recipe.duplicateExperiment"),
        ("label: failed", "label: mould", "recipe.labelIsFeature"),
        ("label: failed", "label: failed\nsplit: {time: {fractions: [0.5, 0.5]}}", "recipe.invalidSplit"),
        ("label: failed", "label: failed\nspilt: {}", "document.unknownKey"),
        ("  temperature: {type: float64}\n  mould: {type: int64}", "", "recipe.noFeatures"),
    ])
    func `a fault is reported with its code`(_ found: String, _ replacement: String, _ code: String) {
        let (_, diagnostics) = Self.read(Self.text.replacing(found, with: replacement))
        #expect(diagnostics.contains { $0.code == ErrorCode(code) && $0.location != nil })
    }

    @Test func `the schema of a recipe names its keys and holds gates to their shape`() throws {
        let schema = Recipe.schema
        #expect(schema["properties"]?["gates"]?["items"]?["pattern"] != nil)
        #expect(schema["properties"]?["experiments"]?["items"]?["properties"]?["grid"] != nil)
        #expect(schema["additionalProperties"] == false)
    }
}
