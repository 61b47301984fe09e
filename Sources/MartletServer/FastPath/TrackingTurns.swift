import NIOCore
import Synchronization

/// The calls that the connections of each event loop have read whole in one turn of it.
///
/// A call that is alone may be answered on the loop from beginning to end. Several together are not, since their writes
/// become durable with one sync of the disk when the database takes them as a group.
final class TrackingTurns: Sendable {
    /// The calls of one loop; used on it alone.
    final class Turn {
        private let loop: any EventLoop
        private var calls: [(_ isAlone: Bool) -> Void] = []

        fileprivate init(_ loop: any EventLoop) { self.loop = loop }

        /// Has `answer` called at the end of this turn of the loop, with whether no other call came in it.
        func add(_ answer: @escaping (_ isAlone: Bool) -> Void) {
            self.calls.append(answer)
            guard self.calls.count == 1 else { return }
            let turn = NIOLoopBound(self, eventLoop: self.loop)
            self.loop.execute { turn.value.end() }
        }

        private func end() {
            let calls = self.calls
            self.calls.removeAll(keepingCapacity: true)
            for answer in calls { answer(calls.count == 1) }
        }
    }

    private let turns = Mutex<[ObjectIdentifier: NIOLoopBound<Turn>]>([:])

    /// The turn of `loop`; called on it.
    func turn(of loop: any EventLoop) -> Turn {
        self.turns
            .withLock { turns in
                if let turn = turns[ObjectIdentifier(loop)] { return turn }
                let turn = NIOLoopBound(Turn(loop), eventLoop: loop)
                turns[ObjectIdentifier(loop)] = turn
                return turn
            }
            .value
    }
}

@available(*, unavailable)
extension TrackingTurns.Turn: Sendable {}
