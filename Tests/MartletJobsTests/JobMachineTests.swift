import MartletCore
import MartletJobs
import Testing

struct JobMachineTests {
    private let start = EventTime(microseconds: 1_000_000_000_000)

    private func job(_ steps: [StepPlan], parallel: Int = 2, interruptions: Int = 20) -> Job {
        Job(
            id: "j1",
            pipeline: "p",
            plan: JobPlan(steps: steps, parallel: parallel, interruptions: interruptions),
            cause: JobCause(.person, by: "ada", tick: self.start),
            createdAt: self.start
        )
    }

    private func step(_ name: String, needs: [String] = [], tries: Int = 3) -> StepPlan {
        StepPlan(
            name: name,
            needs: needs,
            work: .train(name),
            retries: RetryRule(tries: tries, first: .seconds(10), longest: .seconds(60)),
            timeout: .seconds(100)
        )
    }

    @Test func `steps start when what they need is done, as many as may`() {
        var machine = JobMachine(
            self.job([self.step("a"), self.step("b"), self.step("c"), self.step("d", needs: ["a", "b"])])
        )
        #expect(machine.actions(at: self.start) == [])
        machine.wasClaimed(at: self.start)
        #expect(machine.actions(at: self.start) == [.start(0), .start(1)])
        machine.stepDidStart(0, at: self.start)
        machine.stepDidStart(1, at: self.start)
        #expect(machine.actions(at: self.start) == [])
        machine.stepDidSucceed(0, [:], at: self.start)
        #expect(machine.actions(at: self.start) == [.start(2)])
        machine.stepDidSucceed(1, [:], at: self.start)
        #expect(machine.actions(at: self.start) == [.start(2), .start(3)])
        machine.stepDidStart(3, at: self.start)
        machine.stepDidSucceed(3, ["rows": 3], at: self.start)
        machine.stepDidStart(2, at: self.start)
        machine.stepDidSucceed(2, [:], at: self.start + .seconds(1))
        #expect(machine.job.phase == .succeeded)
        #expect(machine.job.endedAt == self.start + .seconds(1))
    }

    @Test func `on a fast clock a timeout, a lease and a heartbeat are as long as on any other`() {
        var machine = JobMachine(self.job([self.step("a")]), pace: 50)
        machine.wasClaimed(at: self.start)
        machine.stepDidStart(0, at: self.start)
        #expect(machine.actions(at: self.start + .seconds(4_999)) == [])
        #expect(machine.nextChange(after: self.start) == self.start + .seconds(5_000))
        #expect(machine.actions(at: self.start + .seconds(5_000)) == [.timeOut(0)])
        let (usual, fast) = (JobTiming(), JobTiming(pace: 50))
        #expect(fast.lease == .seconds(400) && fast.heartbeat == .seconds(100) && fast.idle == .seconds(250))
        #expect(fast.look == usual.look)
        #expect(JobTiming(lease: .days(1_000_000), pace: 1e9).lease.microseconds == .max)
    }

    @Test func `a failed step waits and is tried again; after the last try what needs it is left out`() {
        var machine = JobMachine(self.job([self.step("a", tries: 2), self.step("b", needs: ["a"]), self.step("c")]))
        machine.wasClaimed(at: self.start)
        machine.stepDidStart(0, at: self.start)
        machine.stepDidFail(0, "no network", isFinal: false, at: self.start, chance: 0.5)
        #expect(machine.job.steps[0].phase == .waiting)
        #expect(machine.actions(at: self.start + .seconds(4)) == [.start(2)])
        #expect(machine.nextChange(after: self.start) == self.start + .seconds(5))
        #expect(machine.actions(at: self.start + .seconds(5)) == [.start(0), .start(2)])
        machine.stepDidStart(0, at: self.start + .seconds(5))
        machine.stepDidFail(0, "no network", isFinal: false, at: self.start + .seconds(6), chance: 0)
        #expect(machine.job.steps.map(\.phase) == [.failed, .skipped, .waiting])
        machine.stepDidStart(2, at: self.start + .seconds(6))
        machine.stepDidSucceed(2, [:], at: self.start + .seconds(7))
        #expect(machine.job.phase == .failed)
        #expect(machine.job.failure == "step 'a': no network")
    }

    @Test func `what cannot succeed is not tried again`() {
        var machine = JobMachine(self.job([self.step("a")]))
        machine.wasClaimed(at: self.start)
        machine.stepDidStart(0, at: self.start)
        machine.stepDidFail(0, "gate missed", isFinal: true, at: self.start, chance: 0)
        #expect(machine.job.phase == .failed)
    }

    @Test func `a crash costs no try, and too many crashes end the step`() {
        var machine = JobMachine(self.job([self.step("a", tries: 1)], interruptions: 2))
        for count in 1...2 {
            machine.wasClaimed(at: self.start)
            machine.stepDidStart(0, at: self.start)
            machine.wasClaimed(at: self.start)
            #expect(machine.job.steps[0].interruptions == count)
            #expect(machine.job.steps[0].tries == 0)
            #expect(machine.job.phase == .running)
        }
        machine.stepDidStart(0, at: self.start)
        machine.stepWasInterrupted(0, isOrderly: true, at: self.start)
        #expect(machine.job.steps[0].interruptions == 2)
        machine.stepDidStart(0, at: self.start)
        machine.wasClaimed(at: self.start)
        #expect(machine.job.phase == .failed)
        #expect(machine.job.steps[0].starts == 4)
    }

    @Test func `a step that takes too long is ended and counts as failed`() {
        var machine = JobMachine(self.job([self.step("a", tries: 1)]))
        machine.wasClaimed(at: self.start)
        machine.stepDidStart(0, at: self.start)
        #expect(machine.nextChange(after: self.start) == self.start + .seconds(100))
        #expect(machine.actions(at: self.start + .seconds(99)) == [])
        #expect(machine.actions(at: self.start + .seconds(100)) == [.timeOut(0)])
        machine.stepDidTimeOut(0, at: self.start + .seconds(100), chance: 0)
        #expect(machine.job.failure == "step 'a': it took longer than its timeout of 100s and was ended")
    }

    @Test func `a cancelled job stops what runs and starts nothing`() {
        var machine = JobMachine(self.job([self.step("a"), self.step("b", needs: ["a"])]))
        machine.wasClaimed(at: self.start)
        machine.stepDidStart(0, at: self.start)
        machine.cancel(Job.Cancellation(by: "ada", at: self.start, reason: "wrong day"))
        #expect(machine.actions(at: self.start) == [.stop(0)])
        #expect(machine.job.steps.map(\.phase) == [.running, .cancelled])
        machine.stepDidStop(0, at: self.start)
        #expect(machine.job.phase == .cancelled)
        let before = machine
        machine.stepDidSucceed(0, [:], at: self.start)
        machine.cancel(Job.Cancellation(by: "bob", at: self.start))
        #expect(machine == before)
    }

    @Test func `a retry does again what did not succeed, and nothing else`() throws {
        var machine = JobMachine(self.job([self.step("a"), self.step("b", needs: ["a"])]))
        let error = #expect(throws: JobError.self) { try machine.retry() }
        #expect(error?.code == .jobWrongPhase)
        machine.wasClaimed(at: self.start)
        machine.stepDidStart(0, at: self.start)
        machine.stepDidSucceed(0, ["rows": 1], at: self.start)
        machine.stepDidStart(1, at: self.start)
        machine.stepDidFail(1, "no", isFinal: true, at: self.start, chance: 0)
        try machine.retry()
        #expect(machine.job.phase == .queued)
        #expect(machine.job.steps.map(\.phase) == [.succeeded, .waiting])
        machine.wasClaimed(at: self.start)
        #expect(machine.actions(at: self.start) == [.start(1)])
    }

    /// A source of random numbers that repeats itself.
    struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            self.state ^= self.state << 13
            self.state ^= self.state >> 7
            self.state ^= self.state << 17
            return Int(self.state % UInt64(sides))
        }
    }

    private func plan(_ dice: inout Dice) -> Job {
        let count = 1 + dice.roll(6)
        let steps = (0..<count)
            .map { index -> StepPlan in
                let needs = (0..<index).filter { _ in dice.roll(3) == 0 }.map { "s\($0)" }
                return self.step("s\(index)", needs: needs, tries: 1 + dice.roll(3))
            }
        return self.job(steps, parallel: 1 + dice.roll(3), interruptions: dice.roll(8))
    }

    /// Throws one random event at the machine; a crash is a claim while steps run.
    private func disturb(_ machine: inout JobMachine, _ dice: inout Dice, at moment: EventTime) {
        let index = dice.roll(machine.job.steps.count + 1)
        switch dice.roll(12) {
        case 0: machine.wasClaimed(at: moment)
        case 1: machine.stepDidFail(index, "no", isFinal: dice.roll(4) == 0, at: moment, chance: 0.3)
        case 2: machine.stepDidTimeOut(index, at: moment, chance: 0.9)
        case 3: machine.stepDidStop(index, at: moment)
        case 4: machine.stepWasInterrupted(index, at: moment)
        case 5 where dice.roll(20) == 0: machine.cancel(Job.Cancellation(by: "ada", at: moment))
        case 6: machine.stepDidStart(index, at: moment)
        case 7, 8: machine.stepDidSucceed(index, [:], at: moment)
        default:
            for action in machine.actions(at: moment) {
                switch action {
                case .start(let index): machine.stepDidStart(index, at: moment)
                case .stop(let index): machine.stepDidStop(index, at: moment)
                case .timeOut(let index): machine.stepDidTimeOut(index, at: moment, chance: 0.5)
                }
            }
        }
    }

    @Test func `whatever happens, needs are kept, limits hold, and every job ends`() throws {
        for seed in 1...2_000 {
            var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
            var machine = JobMachine(self.plan(&dice))
            var moment = self.start
            var done: Set<Int> = []
            for _ in 0..<60 {
                moment = moment + .seconds(Int64(dice.roll(30)))
                self.disturb(&machine, &dice, at: moment)
                let job = machine.job
                let running = job.steps.indices.filter { job.steps[$0].phase == .running }
                #expect(running.count <= job.plan.parallel)
                for (plan, state) in zip(job.plan.steps, job.steps) {
                    let needs = plan.needs.compactMap { job.index(of: $0) }.map { job.steps[$0].phase }
                    if state.phase == .running || state.phase == .succeeded {
                        #expect(needs.allSatisfy { $0 == .succeeded })
                    }
                    #expect(state.tries <= plan.retries.tries)
                    #expect(state.interruptions <= job.plan.interruptions + 1)
                }
                // What succeeded stays done.
                let succeeded = Set(job.steps.indices.filter { job.steps[$0].phase == .succeeded })
                #expect(done.isSubset(of: succeeded))
                done = succeeded
                #expect(job.phase.isFinal == job.steps.allSatisfy(\.phase.isFinal))
                #expect((job.phase == .succeeded) == job.steps.allSatisfy { $0.phase == .succeeded })
            }
            // Left alone, with steps that do their work, it comes to its end.
            var rounds = 0
            machine.wasClaimed(at: moment)
            while !machine.job.phase.isFinal, rounds < 100 {
                rounds += 1
                moment = machine.nextChange(after: moment) ?? moment
                for action in machine.actions(at: moment) {
                    if case .start(let index) = action { machine.stepDidStart(index, at: moment) }
                    if case .stop(let index) = action { machine.stepDidStop(index, at: moment) }
                }
                for index in machine.job.steps.indices { machine.stepDidSucceed(index, [:], at: moment) }
            }
            #expect(machine.job.phase.isFinal, "seed \(seed)")
        }
    }
}
