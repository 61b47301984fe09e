extension Words {
    /// How live traffic compares with training.
    static let monitoring: [Phrase] = [
        Phrase("monitoring", "Against training", "학습 데이터와 비교"),
        Phrase(
            "monitoring.lead",
            "{} predictions of the last {} against {} rows of training.",
            "최근 예측 {}건({})을 학습 데이터 {}행과 비교했습니다."
        ),
        Phrase("monitoring.looked", "Looked at", "확인 시각"),
        Phrase("monitoring.stable", "stable", "안정"),
        Phrase("monitoring.unsure", "unsure", "불확실"),
        Phrase("monitoring.drifted", "drifted", "드리프트"),
        Phrase("monitoring.prediction", "prediction", "예측값"),
        Phrase("monitoring.unseen", "new: {}", "새 값: {}"),
        Phrase(
            "monitoring.whole",
            "Rows as a whole: the reconstruction error moved by {} standard deviations.",
            "행 전체: 재구성 오차가 표준편차의 {}배만큼 변했습니다."
        ),
        Phrase(
            "monitoring.attribution",
            "What predictions are made of: the ranking of contributions agrees to {} of 1.",
            "예측의 근거: 기여도 순위가 1 중 {}만큼 일치합니다."
        ),
        Phrase("monitoring.quality", "Quality", "품질"),
        Phrase("monitoring.labels", "Labels are in for {} of {} predictions ({}).", "정답 {}건 도착 / 예측 {}건 ({})."),
        Phrase("column.verdict", "Verdict", "판정"),
        Phrase("column.missing", "Missing", "결측"),
        Phrase("column.unseen", "Unseen", "범위 밖"),
        Phrase("column.mean", "Mean", "평균"),
        Phrase("column.figure", "Figure", "지표"),
        Phrase("column.realised", "Realised", "실측"),
        Phrase("column.estimated", "Estimated", "추정"),
        Phrase("column.atTraining", "At training", "학습 시"),
    ]
}
