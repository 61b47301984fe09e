import Synchronization

/// What the server remarked, such as that a table was there already.
final class PostgresNotices: Sendable {
    private let texts = Mutex<[String]>([])

    func add(_ text: String) {
        let line = EngineError.firstLines(text)
        self.texts.withLock { texts in
            if texts.count == 20 { texts.removeFirst() }
            texts.append(line)
        }
    }

    func take() -> [String] {
        self.texts.withLock { texts in
            defer { texts = [] }
            return texts
        }
    }
}
