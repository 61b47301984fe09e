extension Words {
    /// What the rule of A/B tests says.
    static let testRemarks: [Phrase] = [
        Phrase("remark.test.takenOut", "The gateway took the treatment out: {}", "게이트웨이가 실험군을 제외했습니다: {}"),
        Phrase("remark.test.guardrail", "The guardrail is broken. {}", "가드레일을 위반했습니다. {}"),
        Phrase(
            "remark.test.split",
            "Units do not arrive as they were split (p = {}, below {}), so no comparison can be trusted; find out why.",
            "유닛이 계획대로 나뉘지 않습니다(p = {}, 기준 {}). 비교를 믿을 수 없으니 원인을 찾아 주세요."
        ),
        Phrase("remark.test.noPrimary", "There is no primary metric.", "핵심 지표가 없습니다."),
        Phrase("remark.test.early", "The least duration of {} is not over.", "최소 기간 {}이(가) 지나지 않았습니다."),
        Phrase("remark.test.worse", "The treatment is worse.", "실험군이 더 나쁩니다."),
        Phrase(
            "remark.test.betterUnknown",
            "The treatment is better, by an unknown share; it is held for review.",
            "실험군이 더 좋지만 얼마나인지 알 수 없어 검토를 기다립니다."
        ),
        Phrase(
            "remark.test.betterTooLittle",
            "The treatment is better, but by no more than {}; it is held for review.",
            "실험군이 더 좋지만 {} 이하여서 검토를 기다립니다."
        ),
        Phrase("remark.test.better", "The treatment is better by more than {}.", "실험군이 {} 넘게 더 좋습니다."),
        Phrase(
            "remark.test.unproven",
            "Nothing is proven after the longest duration of {}.",
            "최대 기간 {}이(가) 지나도 입증된 것이 없습니다."
        ),
        Phrase(
            "remark.test.judgedOnce",
            "{} is judged once, after the longest duration of {}.",
            "{} 지표는 최대 기간 {}이(가) 지난 뒤 한 번 판정합니다."
        ),
        Phrase(
            "remark.test.goesOn",
            "Nothing is proven yet, so the experiment goes on.",
            "아직 입증된 것이 없어 계속합니다."
        ),
        Phrase(
            "remark.test.goesOnFor",
            "Nothing is proven yet, so the experiment goes on. About {} more would prove it at this rate.",
            "아직 입증된 것이 없어 계속합니다. 현재 속도라면 약 {} 더 지나야 입증됩니다."
        ),
        Phrase("remark.test.notSplit", "The traffic could not be split: {}", "트래픽을 나누지 못했습니다: {}"),
        Phrase(
            "remark.test.noPairs",
            "No outcome of a request that both versions scored has arrived yet.",
            "두 버전이 모두 채점한 요청의 결과가 아직 없습니다."
        ),
        Phrase("remark.metric.noData", "There are no data of {} yet.", "{} 지표의 데이터가 아직 없습니다."),
        Phrase("remark.metric.figures", "{} is {} against {}", "{}: 실험군 {}, 대조군 {}"),
        Phrase("remark.metric.alone", "{}.", "{}."),
        Phrase("remark.metric.tooFew", "{}: too few data for bounds.", "{}. 구간을 내기에는 데이터가 적습니다."),
        Phrase(
            "remark.metric.bounds",
            "{}: an improvement of {}, between {} and {} over all looks (p = {}){}.",
            "{}. 개선 {}, 전체 시점 구간 {} ~ {} (p = {}){}."
        ),
        Phrase(
            "remark.metric.oneLook",
            "{}: an improvement of {} by {} (p = {} for one look{}){}.",
            "{}. 개선 {}, {} (한 번 판정 p = {}{}){}."
        ),
        Phrase("remark.metric.welch", "Welch's t-test", "Welch t 검정"),
        Phrase("remark.metric.mannWhitney", "Mann and Whitney's test", "Mann–Whitney 검정"),
        Phrase("remark.metric.atTheEnd", ", to be judged at the end", ", 종료 시 판정"),
        Phrase("remark.metric.explained", ", with {} of the variance known before", ", 분산의 {}를 노출 전 정보로 설명"),
        Phrase("remark.duration.days", "{} days", "{}일"),
        Phrase("remark.duration.hours", "{} hours", "{}시간"),
        Phrase("remark.duration.minutes", "{} minutes", "{}분"),
    ]

    /// What the rule of retraining says.
    static let retrainingRemarks: [Phrase] = [
        Phrase("remark.retraining.asked", "A person asks for it.", "사람이 요청했습니다."),
        Phrase("remark.retraining.noData", "There is nothing to train on: {}.", "학습할 데이터가 없습니다: {}."),
        Phrase(
            "remark.retraining.madeBefore",
            "These very rows were trained with this recipe before, and gave {}.",
            "같은 데이터와 레시피로 이미 학습했습니다: {}."
        ),
        Phrase("remark.retraining.underWay", "Training {} of this plan is under way.", "이 계획의 학습 {}이(가) 진행 중입니다."),
        Phrase(
            "remark.retraining.noRuns",
            "The month's budget of {} trainings is used up.",
            "이번 달 학습 횟수 {}회를 모두 썼습니다."
        ),
        Phrase(
            "remark.retraining.noTime",
            "The month's budget of {} of training is used up.",
            "이번 달 학습 시간 {}을(를) 모두 썼습니다."
        ),
        Phrase(
            "remark.retraining.never",
            "The plan says auto: never, so a person must ask for it.",
            "계획이 auto: never이므로 사람이 요청해야 합니다."
        ),
        Phrase(
            "remark.retraining.coolDown",
            "The last training was at {}, less than {} ago.",
            "마지막 학습이 {}로, 아직 {}이(가) 지나지 않았습니다."
        ),
        Phrase("remark.retraining.neverTrained", "The recipe was never trained.", "이 레시피는 학습한 적이 없습니다."),
        Phrase(
            "remark.retraining.old",
            "The last training, of {}, is older than {}.",
            "마지막 학습({})이 {}보다 오래되었습니다."
        ),
        Phrase(
            "remark.retraining.young",
            "The last training, of {}, is not older than {}.",
            "마지막 학습({})이 {}보다 오래되지 않았습니다."
        ),
        Phrase("remark.retraining.noDrift", "Drift was not measured.", "드리프트를 측정하지 않았습니다."),
        Phrase("remark.retraining.drift", "Drift", "드리프트"),
        Phrase("remark.retraining.driftOf", "The drift of '{}'", "'{}'의 드리프트"),
        Phrase("remark.retraining.noLoss", "The loss is not known yet.", "손실을 아직 알 수 없습니다."),
        Phrase("remark.retraining.loss", "The increase of the loss on labels", "정답 기준 손실 증가"),
        Phrase("remark.retraining.lossEstimated", "The estimated increase of the loss", "추정 손실 증가"),
        Phrase("remark.retraining.measure", "{} is {}, {} {}.", "{}: {}, {} {}."),
        Phrase("remark.retraining.above", "above", "기준 초과:"),
        Phrase("remark.retraining.notAbove", "not above", "기준 이하:"),
        Phrase(
            "remark.retraining.volume",
            "{} labels are new beside the {} rows of the last training: {}, {} {}.",
            "새 정답 {}건 / 마지막 학습 {}행: {}, {} {}."
        ),
        Phrase(
            "remark.retraining.noBackTest",
            "There is no back-test: {}; the trigger alone decides.",
            "사전 검증이 없습니다({}). 트리거만으로 결정합니다."
        ),
        Phrase(
            "remark.retraining.gain",
            "A candidate of {} rows cuts the {} on the newest {} labelled predictions by {} ({} to {}): training is {}.",
            "후보(학습 {}행)의 {} 감소를 최근 정답 {}건으로 확인: {} ({} ~ {}). 학습 가치: {}."
        ),
        Phrase("remark.retraining.absoluteError", "absolute error", "절대 오차"),
        Phrase("remark.retraining.logLoss", "log loss", "로그 손실"),
        Phrase("remark.retraining.worthIt", "worth it", "있음"),
        Phrase("remark.retraining.notWorthIt", "not worth it", "없음"),
        Phrase("remark.retraining.unclear", "unclear", "불확실"),
        Phrase(
            "remark.retraining.triggerAlone",
            "{} The plan's rule is the trigger alone.",
            "{} 이 계획은 트리거만으로 결정합니다."
        ),
    ]
}
