extension Words {
    /// What stands around every page, the sign-in and the problems.
    static let frame: [Phrase] = [
        Phrase("skip", "Skip to the content", "본문으로 건너뛰기"),
        Phrase("navigation", "Main", "주 메뉴"),
        Phrase("crumbs", "Way back", "위치"),
        Phrase("preferences", "Display", "화면 설정"),
        Phrase("language", "Language", "언어"),
        Phrase("appearance", "Colours", "화면 색"),
        Phrase("theme.system", "As the system", "시스템"),
        Phrase("theme.light", "Light", "밝게"),
        Phrase("theme.dark", "Dark", "어둡게"),
        Phrase("signOut", "Sign out", "로그아웃"),
        Phrase(
            "keys",
            "Press / to search, g and o, e, m, n, d, p, q or l to go",
            "/ 검색 · g o 개요 · g e 실험 · g m 모델 · g n 엔드포인트 · g d 데이터 · g p 파이프라인 · g q 모니터링 · g l 원장"
        ),
        Phrase("copy", "Copy", "복사"),
        Phrase("apply", "Apply", "적용"),
        Phrase("reset", "Reset", "초기화"),
        Phrase("show", "Show", "보기"),
        Phrase("select", "Select", "선택"),
        Phrase("remove", "Remove", "삭제"),
        Phrase("download", "Download", "내려받기"),
        Phrase("optional", "optional", "선택 사항"),
        Phrase("back", "Go back", "돌아가기"),
        Phrase("pages", "Pages", "페이지"),
        Phrase("page", "Page", "페이지"),
        Phrase("previous", "Previous", "이전"),
        Phrase("next", "Next", "다음"),
        Phrase("state", "State", "상태"),
        Phrase("state.active", "Active", "사용 중"),
        Phrase("state.deleted", "Deleted", "삭제됨"),
        Phrase("signIn", "Sign in", "로그인"),
        Phrase("signIn.lead", "This console asks for a key.", "이 콘솔은 키가 필요합니다."),
        Phrase("signIn.key", "Key", "키"),
        Phrase(
            "signIn.hint",
            "An administrator makes keys, and a key is shown once:",
            "키는 관리자가 만들며 한 번만 표시됩니다:"
        ),
        Phrase(
            "signIn.refused",
            "This key is not known, has expired or was revoked. Check it, or ask for a new one.",
            "등록되지 않았거나 만료 또는 폐기된 키입니다. 키를 확인하거나 새로 요청하세요."
        ),
        Phrase("problem.400", "That cannot be read", "요청을 읽을 수 없습니다"),
        Phrase("problem.403", "That is not allowed", "허용되지 않습니다"),
        Phrase("problem.404", "That is not here", "찾을 수 없습니다"),
        Phrase("problem.409", "That does not fit what is there", "현재 상태와 맞지 않습니다"),
        Phrase("problem.422", "That cannot be done", "처리할 수 없습니다"),
        Phrase("problem.500", "That failed", "오류가 발생했습니다"),
        Phrase("problem.503", "The store does not answer", "저장소가 응답하지 않습니다"),
        Phrase(
            "problem.failed",
            "The server failed to answer; its log says more.",
            "서버가 응답하지 못했습니다. 자세한 내용은 서버 로그에 있습니다."
        ),
        Phrase(
            "problem.form",
            "The form did not come from this browser's own page. Go back, reload the page and send it again.",
            "이 브라우저의 페이지에서 보낸 양식이 아닙니다. 뒤로 가서 새로 고친 다음 다시 보내세요."
        ),
        Phrase("problem.noDecision", "The form says neither approve nor reject.", "승인도 반려도 선택되지 않았습니다."),
        Phrase("problem.name", "A change needs the name of the one who makes it.", "변경하는 사람의 이름이 필요합니다."),
        Phrase(
            "problem.reason",
            "Changing an earlier decision needs a reason. Go back and write one.",
            "이전 결정을 바꾸려면 사유가 필요합니다. 뒤로 가서 사유를 적어 주세요."
        ),
        Phrase(
            "problem.notApprover",
            "{} has no role that approves versions of this model.",
            "{} 님에게는 이 모델을 승인할 역할이 없습니다."
        ),
        Phrase("missing.experiment", "There is no experiment '{}'.", "실험 '{}'이(가) 없습니다."),
        Phrase("missing.run", "There is no run '{}'.", "실행 '{}'이(가) 없습니다."),
        Phrase("missing.model", "There is no registered model '{}'.", "등록된 모델 '{}'이(가) 없습니다."),
        Phrase("missing.endpoint", "There is no endpoint '{}'.", "엔드포인트 '{}'이(가) 없습니다."),
        Phrase("missing.release", "There is no release or A/B test '{}'.", "릴리스나 A/B 테스트 '{}'이(가) 없습니다."),
        Phrase("missing.version", "There is no model version '{}'.", "모델 버전 '{}'이(가) 없습니다."),
        Phrase("missing.file", "There is no file '{}'.", "파일 '{}'이(가) 없습니다."),
    ]

    /// Lengths of time.
    static let figures: [Phrase] = [
        Phrase("duration.ms", "{} ms", "{} ms"),
        Phrase("duration.s", "{} s", "{}초"),
        Phrase("duration.wholeMinutes", "{} min", "{}분"),
        Phrase("duration.wholeHours", "{} h", "{}시간"),
        Phrase("duration.wholeDays", "{} d", "{}일"),
        Phrase("in.soon", "within a minute", "1분 이내"),
        Phrase("in.minutes", "in {} min", "{}분 후"),
        Phrase("in.hours", "in {} h", "{}시간 후"),
        Phrase("in.days", "in {} d", "{}일 후"),
        Phrase("sort", "Sort by {}", "{} 기준 정렬"),
        Phrase("duration.min", "{} min {} s", "{}분 {}초"),
        Phrase("duration.h", "{} h {} min", "{}시간 {}분"),
        Phrase("duration.d", "{} d {} h", "{}일 {}시간"),
        Phrase("ago.now", "just now", "방금 전"),
        Phrase("ago.minutes", "{} min ago", "{}분 전"),
        Phrase("ago.hours", "{} h ago", "{}시간 전"),
        Phrase("ago.days", "{} d ago", "{}일 전"),
    ]
}
