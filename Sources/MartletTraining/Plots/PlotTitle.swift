/// What a plot shows and of which model, in the languages of the console.
///
/// Both are in the drawing; who looks at it sees the one that fits their own languages, English when none does.
struct PlotTitle: Sendable {
    /// What the plot shows.
    enum Kind: Sendable, CaseIterable {
        case featureImportance
        case shapSummary
        case learningCurves
        case predictedAgainstActual
        case residuals
        case rocCurve
        case precisionRecall
        case calibration

        fileprivate var names: (english: String, korean: String) {
            switch self {
            case .featureImportance: ("Feature importance", "변수 중요도")
            case .shapSummary: ("SHAP summary", "SHAP 요약")
            case .learningCurves: ("Learning curves", "학습 곡선")
            case .predictedAgainstActual: ("Predicted against actual", "예측값과 실제값")
            case .residuals: ("Residuals", "잔차")
            case .rocCurve: ("ROC curve", "ROC 곡선")
            case .precisionRecall: ("Precision and recall", "정밀도와 재현율")
            case .calibration: ("Calibration", "확률 보정")
            }
        }
    }

    let english: String
    let korean: String

    /// The title of a plot of `kind` about `subject`.
    init(_ kind: Kind, of subject: String) {
        self.english = "\(kind.names.english): \(subject)"
        self.korean = "\(kind.names.korean): \(subject)"
    }
}
