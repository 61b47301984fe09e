import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import MartletServer

/// Calls that come in the same turn of an event loop.
struct TrackingTurnsTests {
    @Test func `a call is alone when no other came in its turn`() async throws {
        let loop = NIOAsyncTestingEventLoop()
        let turns = TrackingTurns()
        let answers = Mutex<[String]>([])
        func add(_ names: String...) async throws {
            try await loop.executeInContext {
                for name in names {
                    turns.turn(of: loop).add { isAlone in answers.withLock { $0.append("\(name) \(isAlone)") } }
                }
            }
            await loop.run()
        }
        try await add("a")
        try await add("b", "c")
        try await add("d")
        #expect(answers.withLock { $0 } == ["a true", "b false", "c false", "d true"])
        await loop.shutdownGracefully()
    }

    @Test func `each loop has its own turn`() async throws {
        let loops = [NIOAsyncTestingEventLoop(), NIOAsyncTestingEventLoop()]
        let turns = TrackingTurns()
        let answers = Mutex<[Bool]>([])
        for loop in loops {
            try await loop.executeInContext {
                turns.turn(of: loop).add { isAlone in answers.withLock { $0.append(isAlone) } }
            }
        }
        for loop in loops { await loop.run() }
        #expect(answers.withLock { $0 } == [true, true])
        for loop in loops { await loop.shutdownGracefully() }
    }
}
