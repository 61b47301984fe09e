extension Words {
    /// What is said of the actions of alerts.
    static let actionRemarks: [Phrase] = [
        Phrase("remark.action.would", "would {}", "{} (실행하지 않음)"),
        Phrase("remark.action.nothing", "nothing to do: {}", "할 일 없음: {}"),
        Phrase("remark.action.wasNothing", "nothing was to do", "할 일이 없었음"),
        Phrase(
            "remark.action.noHelp",
            "the cause is {} of {}, which no training mends",
            "원인 {}({})은(는) 재학습으로 해결되지 않음"
        ),
        Phrase(
            "remark.action.coolDown",
            "the same was asked for at {}, and it cools down for {}",
            "같은 조치를 {}에 요청함(재실행 간격 {})"
        ),
        Phrase("remark.action.release", "release {}", "릴리스 {}"),
        Phrase("remark.action.experiment", "experiment {}", "A/B 테스트 {}"),
        Phrase("remark.action.noEndpoint", "no endpoint suffers from it", "영향받는 엔드포인트가 없음"),
        Phrase("remark.action.goesBack", "{} at {} is being taken back already", "{}({}) 이미 되돌리는 중"),
        Phrase(
            "remark.action.takeBack",
            "take back {} of {} at {}, which is {}",
            "{} 되돌리기: 버전 {}, 엔드포인트 {}, 상태 {}"
        ),
        Phrase("remark.action.notDeployed", "nothing is deployed at {}", "엔드포인트 {}에 배포된 버전이 없음"),
        Phrase(
            "remark.action.onlyVersion",
            "{} has answered with no other version than {}",
            "엔드포인트 {}에서 {} 외에 응답한 버전이 없음"
        ),
        Phrase(
            "remark.action.putBack",
            "put {} behind {} again, in place of {} of revision {}",
            "{} 버전을 엔드포인트 {}에 다시 배포(현재 버전 {}, 리비전 {})"
        ),
        Phrase("remark.action.stands", "{} at {} is {}", "{}({}) 상태: {}"),
        Phrase("remark.action.aborted", "{} of {} at {} is {}", "{}(버전 {}, 엔드포인트 {}) 상태: {}"),
        Phrase("remark.action.back", "{} answers with {} again", "엔드포인트 {}: 다시 {} 버전으로 응답"),
        Phrase("remark.action.takenDown", "{} was taken down", "엔드포인트 {}: 배포가 해제됨"),
        Phrase(
            "remark.action.changed",
            "{} answers with {} since; nothing was changed",
            "엔드포인트 {}: 그사이 {} 버전으로 바뀌어 그대로 둠"
        ),
        Phrase(
            "remark.action.noSource",
            "the alert is about {}, which is no source",
            "알림 대상 {}은(는) 소스가 아님"
        ),
        Phrase("remark.action.unknownSource", "the workspace has no source '{}'", "워크스페이스에 소스 '{}' 없음"),
        Phrase("remark.action.noFallback", "source '{}' declares no fallback", "소스 '{}'에 대체 소스가 선언되지 않음"),
        Phrase("remark.action.fallback", "load source '{}' from its fallback", "소스 '{}' 데이터를 대체 소스에서 적재"),
        Phrase(
            "remark.action.noModel",
            "no endpoint with a live model suffers from it",
            "영향받는 엔드포인트에 서비스 중인 모델이 없음"
        ),
        Phrase(
            "remark.action.noPlan",
            "no retraining plan trains '{}'; name one with 'retrain: PLAN'",
            "모델 '{}'의 재학습 계획이 없음. 'retrain: PLAN'으로 지정하세요."
        ),
        Phrase(
            "remark.action.severalPlans",
            "several retraining plans train '{}'; name one with 'retrain: PLAN'",
            "모델 '{}'의 재학습 계획이 여러 개임. 'retrain: PLAN'으로 지정하세요."
        ),
        Phrase("remark.action.trainAtOnce", "train again by plan '{}', at once", "계획 '{}'에 따라 바로 재학습"),
        Phrase(
            "remark.action.train",
            "train again by plan '{}', if that finds it due and worth it",
            "계획 '{}'에 따라 재학습(시기와 가치를 확인한 뒤)"
        ),
        Phrase("remark.action.askOver", "ask for more servers over channel '{}'", "채널 '{}'에 서버 증설 요청"),
        Phrase(
            "remark.action.askByHand",
            "ask for more servers by hand, or declare how under actions: of slo.yaml, as in {}",
            "서버를 직접 늘리거나 slo.yaml의 actions:에 방법을 적으세요. 예: {}"
        ),
        Phrase("remark.action.run", "run {}", "실행: {}"),
        Phrase("remark.action.toldAlready", "the routes tell {} already", "라우팅 규칙에 따라 이미 알림: {}"),
        Phrase("remark.action.tell", "tell {}", "알림 전송: {}"),
        Phrase(
            "remark.action.told",
            "told {}; martlet alerts deliveries shows whether it arrived",
            "알림 전송: {}. 도착 여부는 martlet alerts deliveries로 확인하세요."
        ),
        Phrase(
            "remark.action.jobAsked",
            "job {} is asked for: martlet jobs show {}",
            "작업 {} 요청됨: martlet jobs show {}"
        ),
        Phrase(
            "remark.action.jobAskedBefore",
            "job {} was asked for: martlet jobs show {}",
            "작업 {} 이미 요청됨: martlet jobs show {}"
        ),
        Phrase("remark.action.noJob", "no job was begun: {}", "작업을 시작하지 않음: {}"),
    ]

    /// Why jobs and steps failed, where the program itself says it.
    static let jobRemarks: [Phrase] = [
        Phrase("remark.job.failed", "it failed", "실패"),
        Phrase("remark.job.step", "step '{}': {}", "단계 '{}': {}"),
        Phrase("remark.job.stepFailed", "step '{}': failed", "단계 '{}': 실패"),
        Phrase(
            "remark.step.timeout",
            "it took longer than its timeout of {} and was ended",
            "제한 시간 {} 초과로 종료됨"
        ),
        Phrase(
            "remark.step.lost",
            "its process ended {} times before the step did; see its log, and whether memory was enough",
            "단계가 끝나기 전에 프로세스가 {}번 종료됨. 로그와 메모리 부족 여부를 확인하세요."
        ),
        Phrase("remark.step.interrupted", "interrupted: the process that ran it ended", "중단됨: 실행하던 프로세스가 종료됨"),
        Phrase("remark.step.skipped", "'{}' did not succeed", "앞 단계 '{}'이(가) 성공하지 못함"),
        Phrase("remark.step.notStarted", "its process could not be started: {}", "프로세스를 시작하지 못함: {}"),
        Phrase("remark.step.signal", "signal {}", "신호 {}"),
        Phrase("remark.step.status", "status {}", "종료 코드 {}"),
        Phrase(
            "remark.step.noResult",
            "its process ended with {} and without a result; its log may say why",
            "프로세스가 결과 없이 끝남({}). 로그에서 원인을 확인하세요."
        ),
        Phrase("remark.step.program.notRun", "'{}' cannot be run: {}", "프로그램 '{}' 실행 불가: {}"),
        Phrase("remark.step.program.signal", "'{}' was ended by signal {}", "프로그램 '{}' 강제 종료됨(신호 {})"),
        Phrase(
            "remark.step.program.unknown",
            "there is no program '{}'; name one in PATH, or a file as ./name",
            "프로그램 '{}' 없음. PATH에 있는 이름이나 ./이름 형식의 파일을 적으세요."
        ),
        Phrase("remark.step.program.status", "'{}' ended with status {}", "프로그램 '{}' 실패(종료 코드 {})"),
        Phrase("remark.step.workspace", "the workspace is not valid: {}", "워크스페이스 오류: {}"),
        Phrase(
            "remark.step.workspaceInvalid",
            "the workspace is not valid; martlet check says why",
            "워크스페이스 오류. martlet check로 원인을 확인하세요."
        ),
        Phrase("remark.step.refused", "the batch {} of '{}' was refused: {}", "배치 {}(소스 '{}') 거부됨: {}"),
        Phrase("remark.step.refusal", "it broke a rule about the whole", "배치 전체에 대한 규칙 위반"),
        Phrase("remark.step.noVersion", "no version was registered", "등록된 버전 없음"),
        Phrase("remark.step.trainsNothing", "plan '{}' trains nothing now: {}", "계획 '{}'에 따라 지금 학습할 것 없음: {}"),
        Phrase("remark.step.reasons", "{} {}", "{} {}"),
    ]
}
