package import MartletCore

/// When somebody is told of alerts: at once, later, again.
package struct AlertTiming: Sendable, Hashable {
    /// How long nothing must be found before an alert is over.
    package var calm = TimeSpan.seconds(300)
    /// How long after one alert of a group others of it wait, so that they are told together.
    package var groupWindow = TimeSpan.seconds(300)
    /// When P2 and P3 wait.
    package var quietHours: QuietHours?
    /// After how long an alert that nobody took on is told again; never for a priority without one.
    package var reactions: [AlertPriority: TimeSpan] = [.p0: .seconds(15 * 60), .p1: .seconds(3_600)]

    /// Takes the defaults.
    package init() {}

    /// Whether an alert of `priority` waits at `now` because of the hour.
    package func isQuiet(for priority: AlertPriority, at now: EventTime) -> Bool {
        priority >= .p2 && (self.quietHours?.hold(at: now) ?? false)
    }
}
