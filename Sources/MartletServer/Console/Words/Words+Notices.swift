extension Words {
    /// What channels are written of alerts, beside what the alerts themselves say.
    static let notices: [Phrase] = [
        Phrase(
            "remark.notice.test",
            "this is a test of the channel '{}'; nothing is wrong",
            "채널 '{}' 시험 메시지입니다. 문제는 없습니다."
        ),
        Phrase("notice.runbook.Example", "Nothing is to be done.", "조치할 것이 없습니다."),
        Phrase("notice.untaken", "nobody took it on", "담당자 없음"),
        Phrase("notice.worse", "worse", "악화"),
        Phrase("notice.over", "over", "종료"),
        Phrase(
            "notice.priority.P0",
            "Priority: P0, reaction within 15 minutes, at any hour",
            "우선순위: P0, 시간과 관계없이 15분 안에 대응"
        ),
        Phrase("notice.priority.P1", "Priority: P1, reaction within an hour", "우선순위: P1, 1시간 안에 대응"),
        Phrase("notice.priority.P2", "Priority: P2, reaction within a working day", "우선순위: P2, 근무일 하루 안에 대응"),
        Phrase("notice.priority.P3", "Priority: P3, reaction within a week", "우선순위: P3, 일주일 안에 대응"),
        Phrase("notice.about", "About: {}", "대상: {}"),
        Phrase("notice.since", "Since: {}", "시작: {}"),
        Phrase("notice.overAt", "Over: {}", "종료: {}"),
        Phrase("notice.ack", "Take it on: martlet alerts ack {}", "맡기: martlet alerts ack {}"),
    ]
}
