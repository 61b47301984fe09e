import MartletCore
import MartletEngines
import MartletServing

/// Serves a model in ONNX form: rows of floats in, the last output of floats out.
///
/// Of an output with two columns, as classifiers have, the second is the prediction: the probability of the second class.
struct ONNXScorer: NetworkScorer {
    let featureCount: Int
    private let session: ONNXSession
    private let output: String
    private let column: Int

    /// Loads `model` and tries it on a row of zeros.
    ///
    /// - Throws: `deployment.notLoadable` when it does not take rows of `featureCount` floats, or answers with something
    ///   else than one prediction a row.
    init(model: [UInt8], featureCount: Int, locator: EngineLocator) throws {
        self.featureCount = featureCount
        self.session = try ONNXSession(model: model, locator: locator)
        guard self.session.inputNames.count == 1 else {
            throw ServingError(
                .deploymentNotLoadable,
                "The ONNX model has \(self.session.inputNames.count) inputs; export it with one input of rows of floats."
            )
        }
        let row = ONNXTensor(shape: [1, Int64(featureCount)], values: [Float](repeating: 0, count: featureCount))
        var reason = "it has no outputs"
        for name in self.session.outputNames.reversed() {
            do {
                let answer = try self.session.run([row], outputs: [name])[0]
                guard (1...2).contains(answer.values.count) else {
                    reason = "its output '\(name)' has \(answer.values.count) values a row, not 1 or 2"
                    continue
                }
                self.output = name
                self.column = answer.values.count - 1
                return
            } catch {
                reason = readableMessage(of: error)
            }
        }
        throw ServingError(
            .deploymentNotLoadable,
            "The ONNX model cannot be served: \(reason). Export it with one input of rows of floats and one prediction a "
                + "row; for scikit-learn classifiers give skl2onnx the option zipmap=False."
        )
    }

    func score(_ row: [Double]) throws(ServingError) -> Double {
        let input = ONNXTensor(shape: [1, Int64(self.featureCount)], values: row.map { Float($0) })
        do {
            return Double(try self.session.run([input], outputs: [self.output])[0].values[self.column])
        } catch {
            throw ServingError(.modelFailed, "ONNX Runtime could not compute the prediction.", underlying: error)
        }
    }
}
