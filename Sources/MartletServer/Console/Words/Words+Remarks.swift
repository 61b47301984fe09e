import MartletCore

extension Words {
    /// A sentence of a rule in this language; in English where it has no other words.
    func callAsFunction(_ remark: Remark) -> String {
        guard self.language != .english else { return remark.text }
        let key = "remark." + remark.code
        let template = self[key]
        guard template != key else { return remark.text }
        return Self.fill(template, remark.values.map(self.text))
    }

    /// A value of a sentence as this language writes it.
    private func text(_ value: Remark.Value) -> String {
        switch value {
        case .text(let text): text
        case .count(let count): Figures.count(count)
        case .span(let span): self(span)
        case .moment(let moment): Figures.moment(moment)
        case .remark(let remark): self(remark)
        }
    }

    /// A length of time that somebody wrote into a plan, in its largest whole unit.
    func callAsFunction(_ span: TimeSpan) -> String {
        let text = span.description
        let digits = text.prefix { $0.isNumber || $0 == "-" }
        let key = "span." + text.dropFirst(digits.count)
        return self[key] == key ? text : Self.fill(self[key], [String(digits)])
    }

    /// What people and the rules of releases say.
    static let releaseRemarks: [Phrase] = [
        Phrase("span.d", "{} d", "{}일"),
        Phrase("span.h", "{} h", "{}시간"),
        Phrase("span.m", "{} min", "{}분"),
        Phrase("span.s", "{} s", "{}초"),
        Phrase("span.ms", "{} ms", "{} ms"),
        Phrase("remark.person.decided", "{} decided '{}'.", "{} 님이 '{}'(으)로 결정했습니다."),
        Phrase("remark.person.decidedWhy", "{} decided '{}': {}", "{} 님이 '{}'(으)로 결정했습니다: {}"),
        Phrase("remark.person.ended", "{} ended it.", "{} 님이 끝냈습니다."),
        Phrase("remark.person.endedWhy", "{} ended it: {}", "{} 님이 끝냈습니다: {}"),
        Phrase("remark.person.promoted", "{} promoted it.", "{} 님이 승격했습니다."),
        Phrase("remark.person.promotedWhy", "{} promoted it: {}", "{} 님이 승격했습니다: {}"),
        Phrase(
            "remark.person.displaced",
            "{} set the endpoint's traffic at {} by other means.",
            "{} 님이 {}에 다른 방법으로 엔드포인트의 트래픽을 바꾸었습니다."
        ),
        Phrase("remark.release.notSet", "The traffic could not be set: {}", "트래픽을 바꾸지 못했습니다: {}"),
        Phrase("remark.release.notLoaded", "{} was not loaded within {}", "{} 버전이 {} 안에 준비되지 않았습니다."),
        Phrase("remark.release.notLoadedWhy", "{} was not loaded within {}: {}", "{} 버전이 {} 안에 준비되지 않았습니다: {}"),
        Phrase("remark.health.more", "{} requests more failed.", "다른 요청 {}건도 실패했습니다."),
        Phrase(
            "remark.health.loaded",
            "The new version is loaded; the plan names no recorded requests.",
            "새 버전이 준비되었습니다. 계획에 기록된 요청은 없습니다."
        ),
        Phrase(
            "remark.health.expected",
            "All {} recorded requests were answered as expected.",
            "기록된 요청 {}건에 모두 예상대로 응답했습니다."
        ),
        Phrase("remark.health.unanswered", "Request {} was not answered: {}", "{}번 요청에 응답하지 못했습니다: {}"),
        Phrase(
            "remark.health.count",
            "Request {} was answered with {} values in place of {}.",
            "{}번 요청의 응답 값이 {}개입니다(예상 {}개)."
        ),
        Phrase(
            "remark.health.value",
            "Request {} was answered with {} in place of {}.",
            "{}번 요청의 응답이 {}입니다(예상 {})."
        ),
        Phrase("remark.gate.takenOut", "The gateway took the new version out: {}", "게이트웨이가 새 버전을 제외했습니다: {}"),
        Phrase("remark.gate.asked", "A person is asked before the last step.", "마지막 단계 전에 사람의 승인을 기다립니다."),
        Phrase("remark.gate.hold", "{} at {} are not over.", "{} 동안 트래픽 {}을(를) 지켜보는 단계가 끝나지 않았습니다."),
        Phrase(
            "remark.gate.patience",
            "Nothing was proven in {}, and no proof is no pass.",
            "{} 동안 아무것도 입증되지 않았습니다. 입증이 없으면 통과가 아닙니다."
        ),
        Phrase("remark.gate.needs", "More requests are needed: about {}.", "요청이 약 {}건 더 필요합니다."),
        Phrase(
            "remark.gate.needsAnyNumber",
            "More requests are needed: more than can be foreseen.",
            "요청이 더 필요하지만 몇 건일지 예상할 수 없습니다."
        ),
        Phrase("remark.gate.errors", "Errors: {} of {} requests; below {} is {}.", "오류: {}건 / 요청 {}건. {} 미만은 {}."),
        Phrase(
            "remark.gate.latency",
            "Latency: {} of {} requests over {}; {} within it is {}.",
            "지연: {}건 / 요청 {}건이 {} 초과. {}이(가) 그 이내인지는 {}."
        ),
        Phrase("remark.gate.proven", "proven", "입증됨"),
        Phrase("remark.gate.broken", "proven wrong", "위반 입증됨"),
        Phrase("remark.gate.open", "open", "미정"),
        Phrase("remark.gate.short", "open, about {} requests short", "미정, 요청 약 {}건 부족"),
    ]

    /// What the checklist says.
    static let checklistRemarks: [Phrase] = [
        Phrase("remark.checklist.line", "{}: {}. {}", "{}: {}. {}"),
        Phrase("remark.checklist.item.approved", "approved", "승인"),
        Phrase("remark.checklist.item.experiment", "experiment", "A/B 테스트"),
        Phrase("remark.checklist.item.rollback_target", "rollback_target", "되돌릴 버전"),
        Phrase("remark.checklist.item.skew", "skew", "학습·서빙 값 차이"),
        Phrase("remark.checklist.met", "met", "충족"),
        Phrase("remark.checklist.unmet", "not met", "미충족"),
        Phrase("remark.checklist.noted", "not met, only noted", "미충족, 참고만"),
        Phrase("remark.checklist.waived", "waived by {}: {}", "{} 님이 면제: {}"),
        Phrase("remark.checklist.status", "{} is {}.", "{} 상태: {}."),
        Phrase("remark.checklist.status.PendingManualApproval", "PendingManualApproval", "승인 대기"),
        Phrase("remark.checklist.status.Approved", "Approved", "승인됨"),
        Phrase("remark.checklist.status.Rejected", "Rejected", "반려됨"),
        Phrase("remark.checklist.won", "Experiment {} was won.", "A/B 테스트 {}에서 이겼습니다."),
        Phrase(
            "remark.checklist.notWon",
            "No experiment of {} was won here.",
            "{} 버전이 이긴 A/B 테스트가 없습니다."
        ),
        Phrase(
            "remark.checklist.wayBack",
            "{} is live and can be loaded.",
            "{} 버전이 서비스 중이며 다시 불러올 수 있습니다."
        ),
        Phrase(
            "remark.checklist.noWayBack",
            "What is live cannot be gone back to: {}.",
            "서비스 중인 버전으로 되돌릴 수 없습니다: {}."
        ),
        Phrase("remark.checklist.noSkew", "Served values are not compared here.", "서빙한 값을 여기서는 비교하지 않습니다."),
        Phrase(
            "remark.checklist.skewUnknown",
            "Served values cannot be compared: {}.",
            "서빙한 값을 비교할 수 없습니다: {}."
        ),
        Phrase(
            "remark.checklist.noFeatures",
            "{} reads no features, so none can differ.",
            "{} 버전은 피처를 읽지 않으므로 다를 값이 없습니다."
        ),
        Phrase(
            "remark.checklist.skew",
            "Of {} values served to {} inputs, {} ({}) differ from the offline store at the same moments.",
            "서빙한 값 {}개(입력 {}건) 중 {}개({})가 같은 시점의 오프라인 저장소와 다릅니다."
        ),
        Phrase(
            "remark.checklist.skewWorst",
            "Of {} values served to {} inputs, {} ({}) differ from the offline store at the same moments, most often {}.",
            "서빙한 값 {}개(입력 {}건) 중 {}개({})가 같은 시점의 오프라인 저장소와 다릅니다. 가장 잦은 피처: {}."
        ),
        Phrase("remark.checklist.skewLimit", "{} At most {} may.", "{} 허용 한도: {}."),
        Phrase("remark.checklist.tag", "The tag {} says '{}'.", "태그 {}의 값: '{}'."),
        Phrase("remark.checklist.noTag", "There is no tag {}.", "태그 {}이(가) 없습니다."),
        Phrase("remark.checklist.both", "{} {}", "{} {}"),
    ]
}
