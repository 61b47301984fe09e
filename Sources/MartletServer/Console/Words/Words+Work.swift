import MartletCore
import MartletJobs
import MartletMonitoring

extension Words {
    /// Why a job began.
    func callAsFunction(_ cause: JobCause) -> String {
        let key = "cause." + cause.kind.rawValue
        switch cause.kind {
        case .person, .http: return self(key, cause.by)
        case .schedule:
            let text = self(key, Figures.moment(cause.tick), cause.by)
            return cause.missed > 0 ? text + self("cause.missed", Figures.count(cause.missed)) : text
        case .file: return self(key, cause.files.joined(separator: ", "))
        case .git: return self(key, String(cause.commit?.id.prefix(12) ?? ""), cause.commit?.branch ?? "")
        case .backfill: return self(key, Figures.moment(cause.tick), cause.by)
        }
    }

    /// What starts a pipeline.
    func callAsFunction(_ trigger: Trigger) -> String {
        switch trigger {
        case .cron, .http: trigger.sentence
        case .interval(let span): self("trigger.interval", self(span))
        case .file(let pattern, _): self("trigger.file", "\(pattern)")
        case .git(_, let branch, let every, _): self("trigger.git", "\(branch)", self(every))
        case .push(_, let branch, _): self("trigger.push", "\(branch)")
        }
    }

    /// What a step does.
    func callAsFunction(_ work: StepWork) -> String {
        switch work {
        case .ingest(let names), .materialize(let names):
            self("work." + work.kind, names.isEmpty ? self["work.all"] : names.joined(separator: ", "))
        case .train(let name), .retrain(let name): self("work." + work.kind, name)
        case .retrainNow(let name): self("work.retrainNow", name)
        case .command: work.sentence
        }
    }

    /// The name of a figure that a step gave.
    func callAsFunction(resultOf key: String) -> String {
        let text = self["result." + key]
        return text == "result." + key ? key : text
    }

    /// What an alert's rule looks at.
    func callAsFunction(ruleTitle rule: String) -> String {
        let text = self["alert.rule." + rule]
        return text == "alert.rule." + rule ? rule : text
    }

    /// What to do about an alert where this language has other words for it than the rule itself.
    func callAsFunction(runbookOf rule: String) -> String? {
        guard self.language == .korean else { return nil }
        return AlertRule(rawValue: rule).map(Self.runbook)
    }

    /// Jobs and steps in sentences.
    static let work: [Phrase] = [
        Phrase("cause.person", "asked for by {}", "{} 님이 요청"),
        Phrase("cause.http", "asked for over HTTP by {}", "HTTP 요청: {}"),
        Phrase("cause.schedule", "due at {} by {}", "예정 시각 {} ({})"),
        Phrase("cause.missed", ", which also stands for {} missed", ", 놓친 {}회 포함"),
        Phrase("cause.file", "files arrived: {}", "파일 도착: {}"),
        Phrase("cause.git", "commit {} on {}", "커밋 {} ({})"),
        Phrase("cause.backfill", "backfill of {} by {}", "{} 재처리, 요청 {}"),
        Phrase("trigger.interval", "every {}", "{}마다"),
        Phrase("trigger.file", "files {}", "파일 {}"),
        Phrase("trigger.git", "git {}, asked every {}", "git {}, {}마다 확인"),
        Phrase("trigger.push", "git push to {}", "git push: {}"),
        Phrase("work.all", "all", "전체"),
        Phrase("work.ingest", "ingest {}", "적재: {}"),
        Phrase("work.materialize", "materialize {}", "온라인 반영: {}"),
        Phrase("work.train", "train {}", "학습: {}"),
        Phrase("work.retrain", "retrain {}", "재학습: {}"),
        Phrase("work.retrainNow", "retrain {} at once", "바로 재학습: {}"),
        Phrase("result.rows", "rows", "행"),
        Phrase("result.quarantined", "quarantined", "격리"),
        Phrase("result.batches", "batches", "배치"),
        Phrase("result.changed", "changed", "변경"),
        Phrase("result.entities", "entities", "엔티티"),
        Phrase("result.version", "version", "버전"),
        Phrase("result.run", "run", "실행"),
        Phrase("result.status", "status", "종료 코드"),
        Phrase("result.verdict", "verdict", "결정"),
        Phrase("result.refused", "refused", "거부"),
        Phrase("result.snapshot", "snapshot", "스냅샷"),
    ]

    /// What each rule of alerts looks at.
    static let alertTitles: [Phrase] = [
        Phrase("alert.rule.DiskFills", "Disk fills", "디스크 부족"),
        Phrase("alert.rule.FilesRunOut", "Open files run out", "열린 파일 한도"),
        Phrase("alert.rule.MemoryFills", "Memory fills", "메모리 부족"),
        Phrase("alert.rule.ProcessorBusy", "Processor busy", "CPU 과부하"),
        Phrase("alert.rule.SchemaChanged", "Source schema changed", "소스 스키마 변경"),
        Phrase("alert.rule.SourceFails", "Source fails", "소스 응답 실패"),
        Phrase("alert.rule.GateFailed", "Batch refused", "배치 검증 실패"),
        Phrase("alert.rule.RowsQuarantined", "Rows quarantined", "격리된 행"),
        Phrase("alert.rule.FallbackInUse", "Fallback in use", "대체 소스 사용"),
        Phrase("alert.rule.CollectionFails", "Collection fails", "수집 성공률 저하"),
        Phrase("alert.rule.JobFailed", "Job failed", "작업 실패"),
        Phrase("alert.rule.JobLate", "Job late", "작업 지연"),
        Phrase("alert.rule.SourceStale", "Source stale", "소스 데이터 오래됨"),
        Phrase("alert.rule.FeaturesStale", "Features stale", "피처 오래됨"),
        Phrase("alert.rule.TrainingSlow", "Training slow", "학습 시간 초과"),
        Phrase("alert.rule.ExperimentTooLong", "A/B test too long", "A/B 테스트 기간 초과"),
        Phrase("alert.rule.InputsDrifted", "Inputs drifted", "입력 분포 변화"),
        Phrase("alert.rule.ErrorExpectedToGrow", "Error expected to grow", "오차 증가 예상"),
        Phrase("alert.rule.ErrorGrew", "Error grew", "오차 증가"),
        Phrase("alert.rule.VariantOut", "Variant taken out", "변형 제외됨"),
        Phrase("alert.rule.RequestsFail", "Requests fail", "요청 실패"),
        Phrase("alert.rule.Slow", "Slow", "응답 지연"),
        Phrase("alert.rule.DeploymentInterrupts", "Deployment interrupted", "배포로 인한 중단"),
        Phrase("alert.rule.BudgetBurnsNow", "Budget burns now", "예산 급속 소진"),
        Phrase("alert.rule.BudgetBurnsFast", "Budget burns fast", "예산 빠른 소진"),
        Phrase("alert.rule.BudgetBurns", "Budget burns", "예산 소진"),
        Phrase("alert.rule.BudgetBurnsSlowly", "Budget burns slowly", "예산 느린 소진"),
    ]

    /// What to look at and what to do, in Korean; in English the rule says it itself.
    private static func runbook(_ rule: AlertRule) -> String {
        switch rule {
        case .diskFills: "martlet gc로 삭제된 파일을 정리하고, 오래된 예측 로그를 다른 곳으로 옮기세요."
        case .filesRunOut: "열린 파일 한도(ulimit -n)를 올리거나, 연결을 닫지 않는 클라이언트를 찾으세요."
        case .memoryFills: "어느 프로세스가 쓰는지 확인하세요. 학습을 다른 서버로 옮기거나 warehouse: memory_limit을 조정하세요."
        case .processorBusy: "어느 프로세스가 쓰는지 확인하세요. 학습을 다른 서버로 옮기거나 서버를 늘리세요."
        case .schemaChanged: "martlet ingest schema로 차이를 확인하고, 받아들이거나 소스를 고치게 하세요."
        case .sourceFails: "소스의 주소, 키, 프로그램을 확인하세요. martlet ingest NAME이 다시 시도하고 원인을 알려 줍니다."
        case .gateFailed:
            "배치는 전혀 적재되지 않았습니다. martlet ingest NAME이 어긴 규칙을 알려 줍니다. 소스를 고치거나, 세상이 바뀌었다면 sources/의 규칙을 바꾸세요."
        case .rowsQuarantined: "martlet quarantine list로 행과 규칙을 확인하고, 고쳐서 다시 넣거나 폐기하세요."
        case .fallbackInUse: "대체 소스에서 데이터를 가져왔습니다. 원래 소스를 고치면 다음 적재부터 다시 사용합니다."
        case .collectionFails: "martlet jobs list --phase failed와 martlet ledger show로 무엇이 실패했는지 확인하세요."
        case .jobFailed: "martlet jobs show ID로 실패한 단계와 원인을 보고, martlet jobs retry ID로 그 단계부터 다시 실행하세요."
        case .jobLate: "작업을 실행하는 프로세스가 없거나 멈췄습니다: martlet jobs list --phase running."
        case .sourceStale, .featuresStale:
            "martlet jobs list로 파이프라인 실행 여부와 실패 원인을 확인하세요. "
                + "martlet ingest와 martlet features materialize로 직접 갱신할 수 있습니다."
        case .trainingSlow: "martlet jobs list로 무엇을 기다리는지 확인하세요. 라운드나 그리드를 줄이면 빨라집니다."
        case .experimentTooLong:
            "martlet experiment status로 지금까지의 결과를 보고 결정하세요. 시간을 더 들여도 얻는 것이 적고, 나쁜 쪽은 매일 비용이 듭니다."
        case .inputsDrifted: "martlet monitor drift로 무엇이 바뀌었는지 보세요. 다시 학습하기 전에 소스가 바뀌었는지 확인하세요."
        case .errorExpectedToGrow: "아직 정답이 없습니다. martlet monitor drift로 어떤 입력이 바뀌었는지 확인하세요."
        case .errorGrew: "martlet monitor quality로 오차가 큰 부분을, martlet monitor drift로 바뀐 것을 보고 다시 학습하세요."
        case .variantOut: "다른 변형이 대신 응답합니다. martlet release explain으로 경과를 보고 되돌리세요."
        case .requestsFail:
            "진행 중인 릴리스가 있으면 되돌리세요(martlet release status, martlet release rollback). "
                + "없으면 martlet_requests_total을 코드별로 보세요."
        case .slow: "martlet_requests_running과 서버의 CPU를 확인하고 서버를 늘리세요."
        case .deploymentInterrupts:
            "배포 변경으로 엔드포인트가 응답하지 못했습니다. martlet release status로 무엇을 했는지, 서버의 표준 오류로 이유를 확인하세요."
        case .budgetBurnsNow, .budgetBurnsFast, .budgetBurns, .budgetBurnsSlowly:
            "이 속도라면 30일 예산을 기한 전에 다 씁니다. martlet slo로 남은 예산을 확인하세요."
        }
    }
}
