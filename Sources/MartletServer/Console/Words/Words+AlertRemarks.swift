extension Words {
    /// What alerts say: one line each, with what led to them.
    static let alertRemarks: [Phrase] = [
        Phrase("remark.alert.percent", "{} %", "{}%"),
        Phrase("remark.alert.length.days", "{} d", "{}일"),
        Phrase("remark.alert.length.hours", "{} h", "{}시간"),
        Phrase("remark.alert.length.minutes", "{} min", "{}분"),
        Phrase("remark.alert.length.seconds", "{} s", "{}초"),
        Phrase("remark.alert.window", "{}", "최근 {}"),
        Phrase("remark.alert.window.day", "24h", "최근 24시간"),
        Phrase("remark.alert.about", "{}: {}", "{}: {}"),
        Phrase("remark.alert.and", "{}; {}", "{}, {}"),
        Phrase("remark.alert.requestsFail", "{}: {} of requests fail", "{}: 요청의 {} 실패"),
        Phrase("remark.alert.slow", "{}: {} of answers take longer than {} ms", "{}: 응답의 {}가 {} ms 초과"),
        Phrase("remark.alert.outage", "variant {} was taken out: {}", "변형 {} 제외됨: {}"),
        Phrase(
            "remark.fuse.faults",
            "{} of its last {} requests failed or were slow",
            "{}건이 실패하거나 느림(최근 요청 {}건 중)"
        ),
        Phrase(
            "remark.alert.burn.errors",
            "errors use up their budget {} times as fast as it lasts ({})",
            "오류 예산을 허용 속도의 {}배로 소진 중({})"
        ),
        Phrase(
            "remark.alert.burn.late",
            "late answers use up their budget {} times as fast as it lasts ({})",
            "지연 예산을 허용 속도의 {}배로 소진 중({})"
        ),
        Phrase(
            "remark.alert.interrupted",
            "{} answered nothing for {} min after its deployment changed ({})",
            "{}: 배포를 바꾼 뒤 {}분 동안 응답 없음(배포 시각 {})"
        ),
        Phrase(
            "remark.alert.experimentTooLong",
            "the A/B test {} at {} goes on for {} ({} at most)",
            "A/B 테스트 {}({}) {}째 진행 중(최대 {})"
        ),
        Phrase("remark.alert.drifted", "{} drifted", "{} 분포 변화"),
        Phrase("remark.alert.driftedMore", "{} and more drifted", "{} 등 분포 변화"),
        Phrase("remark.alert.driftedFrom", "{}: {} from the training of {}", "{}: {}({} 학습 대비)"),
        Phrase(
            "remark.alert.errorGrew",
            "{}: the error of {} is +{} against training",
            "{}: {}의 오차가 학습 때보다 {} 증가"
        ),
        Phrase(
            "remark.alert.errorExpectedToGrow",
            "{}: the error of {} is expected to be +{} against training",
            "{}: {}의 오차가 학습 때보다 {} 증가할 것으로 예상"
        ),
        Phrase("remark.alert.subject.source", "source {}", "소스 {}"),
        Phrase("remark.alert.subject.view", "feature view {}", "피처 뷰 {}"),
        Phrase("remark.alert.subject.feature", "feature {} of {}", "피처 {}({})"),
        Phrase("remark.alert.subject.features", "features {} of {}", "피처 {}({})"),
        Phrase("remark.alert.subject.featuresMore", "features {} and {} more of {}", "피처 {} 외 {}개({})"),
        Phrase("remark.alert.stale", "{} stale {} ({})", "{}: {} 동안 갱신 없음({})"),
        Phrase("remark.alert.atMost", "{} at most", "최대 {}"),
        Phrase(
            "remark.alert.twoMissed",
            "two of its times passed without success",
            "예정된 갱신이 두 번 지나도록 성공 없음"
        ),
        Phrase("remark.alert.sourceFails", "source {} could not be loaded", "소스 {} 적재 실패"),
        Phrase("remark.alert.sourceFailsWhy", "source {} could not be loaded: {}", "소스 {} 적재 실패: {}"),
        Phrase("remark.alert.gateFailed", "ingest gate of {} failed", "소스 {} 배치 검증 실패"),
        Phrase("remark.alert.gateFailedWhy", "ingest gate of {} failed: {}", "소스 {} 배치 검증 실패: {}"),
        Phrase("remark.alert.fallback", "{} is read from its fallback", "소스 {}: 대체 소스에서 읽는 중"),
        Phrase("remark.alert.fallbackWhy", "{} is read from its fallback: {}", "소스 {}: 대체 소스에서 읽는 중({})"),
        Phrase("remark.alert.schemaChanged", "the schema of source {} changed: {}", "소스 {} 스키마 변경: {}"),
        Phrase(
            "remark.alert.schemaChangedMore",
            "the schema of source {} changed: {} and more",
            "소스 {} 스키마 변경: {} 등"
        ),
        Phrase(
            "remark.alert.quarantined",
            "{} of {} rows of {} are in quarantine ({})",
            "격리 {}행 / 전체 {}행: 소스 {}({})"
        ),
        Phrase(
            "remark.alert.collection",
            "only {} of the loads of {} in 30 days succeeded ({} of {})",
            "최근 30일 적재 성공률 {}: 소스 {}({} / {}회 성공)"
        ),
        Phrase("remark.alert.jobFailed", "job {} of pipeline {} failed: {}", "작업 {}(파이프라인 {}) 실패: {}"),
        Phrase("remark.alert.jobMissed", "pipeline {} should have begun at {}", "파이프라인 {} 미실행: 예정 시각 {}"),
        Phrase("remark.alert.jobWaits", "a job of pipeline {} waits for {}", "파이프라인 {}의 작업이 {}째 대기 중"),
        Phrase(
            "remark.alert.trainingSlow",
            "the training of {} goes on for {} ({} is promised)",
            "{} 학습이 {}째 진행 중(목표 {})"
        ),
        Phrase("remark.alert.host.disk", "the disk is {} full", "디스크 사용률 {}"),
        Phrase("remark.alert.host.memory", "the memory is {} used", "메모리 사용률 {}"),
        Phrase("remark.alert.host.processor", "the CPU is {} used", "CPU 사용률 {}"),
        Phrase(
            "remark.alert.host.files",
            "{} of the files that may be open are",
            "열 수 있는 파일의 {} 사용 중"
        ),
    ]
}
