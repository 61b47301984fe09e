import MartletCore
import MartletTracking

extension Remark {
    /// Somebody ended a release or an experiment.
    static func ended(by author: Attribution) -> Remark {
        guard let reason = author.reason else { return Remark("person.ended", "\(author.actor) ended it.") }
        return Remark("person.endedWhy", "\(author.actor) ended it: \(reason)")
    }

    /// Somebody let an experiment go on as a release.
    static func promoted(by author: Attribution) -> Remark {
        guard let reason = author.reason else { return Remark("person.promoted", "\(author.actor) promoted it.") }
        return Remark("person.promotedWhy", "\(author.actor) promoted it: \(reason)")
    }

    /// Somebody set the traffic of an endpoint that was being released.
    static func displaced(by author: Attribution) -> Remark {
        Remark(
            "person.displaced",
            "\(author.actor) set the endpoint's traffic at \(author.at) by other means."
        )
    }
}
