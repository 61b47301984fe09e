import MartletCore
import MartletTraining
import Testing

struct GateTests {
    @Test func `a missed gate says by how much`() throws {
        let verdict = try Gate("mae < 350").judge(392, champion: nil)
        #expect(!verdict.isPassed)
        #expect(verdict.missedBy == 42)
        #expect(verdict.description == "mae < 350: failed, 392.0, missed by 42.00 (12.0 %)")
    }

    @Test func `a limit is passed or missed exactly at its edge`() throws {
        #expect(try !Gate("mae < 350").judge(350, champion: nil).isPassed)
        #expect(try Gate("mae <= 350").judge(350, champion: nil).isPassed)
        #expect(try !Gate("r2 > 0.80").judge(0.8, champion: nil).isPassed)
        #expect(try Gate("r2 >= 0.80").judge(0.8, champion: nil).isPassed)
    }

    @Test(arguments: ["mae < 350", "r2 > -1000", "mae < champion"])
    func `a figure that is not determined never passes`(_ text: String) throws {
        let verdict = try Gate(text).judge(.nan, champion: 1_000)
        #expect(!verdict.isPassed)
        #expect(verdict.missedBy.isNaN)
    }

    @Test func `a champion's figure that is not determined lets nothing pass`() throws {
        #expect(try !Gate("mae < champion").judge(1, champion: .nan).isPassed)
    }

    @Test func `the champion's figure is the limit, times its factor`() throws {
        #expect(try Gate("mae < champion").judge(99, champion: 100).isPassed)
        #expect(try !Gate("mae < champion").judge(101, champion: 100).isPassed)
        #expect(try Gate("mae < champion * 1.02").judge(101, champion: 100).isPassed)
        #expect(try Gate("mae < 1.02 * champion").judge(101, champion: 100).isPassed)
    }

    @Test func `without a champion the gate passes and says so`() throws {
        let verdict = try Gate("mae < champion").judge(5, champion: nil)
        #expect(verdict.isPassed)
        #expect(verdict.description == "mae < champion: passed, 5.0000; there is no champion to compare with")
    }

    @Test func `an unknown metric is answered with the nearest`() {
        let error = #expect(throws: TrainingError.self) { try Gate("mea < 350") }
        #expect(error?.code == .recipeInvalidGate)
        #expect(error?.message.hasSuffix("Did you mean 'mae'?") == true)
    }

    @Test(arguments: ["mae", "mae < ", "mae < good", "mae < champion * -1", "mae < champion * nan", "mae < nan", "< 3"])
    func `what is not a gate is refused`(_ text: String) {
        #expect(throws: TrainingError.self) { try Gate(text) }
    }
}
