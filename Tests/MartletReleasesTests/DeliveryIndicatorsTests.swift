import MartletCore
import MartletReleases
import Testing

/// How often, how surely, how fast back, how much by itself.
struct DeliveryIndicatorsTests {
    @Test func `deployments, success, ways back and automation follow from what ended`() {
        let back = (1...4)
            .map { DeliveryIndicators.Ending(isCompleted: false, rollbackTime: .seconds($0 * 10), isByPerson: $0 == 1) }
        let done = (0..<6).map { DeliveryIndicators.Ending(isCompleted: true, rollbackTime: nil, isByPerson: $0 < 2) }
        let figures = DeliveryIndicators(
            window: .days(14),
            endings: back + done,
            directDeployments: 2,
            jobsByThemselves: 23,
            jobsByPerson: 7
        )
        #expect(figures.deployments == 8 && figures.perWeek == 4)
        #expect(figures.completed == 6 && figures.rolledBack == 4 && figures.successShare == 0.6)
        #expect(figures.rollbackMedianSeconds == 20 && figures.rollbackLongestSeconds == 40)
        #expect(figures.releasesByRule == 7 && figures.automationShare == 0.75)
        #expect(figures.json["success_share"] == .number(0.6) && figures.json["rolled_back"] == .integer(4))
    }

    @Test func `nothing gives no shares`() {
        let figures = DeliveryIndicators(
            window: .days(30),
            endings: [],
            directDeployments: 0,
            jobsByThemselves: 0,
            jobsByPerson: 0
        )
        #expect(figures.successShare == nil && figures.automationShare == nil && figures.rollbackMedianSeconds == nil)
        #expect(figures.perWeek == 0 && figures.json["automation_share"] == .null)
    }
}
