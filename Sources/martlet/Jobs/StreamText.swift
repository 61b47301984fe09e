import Foundation
import Synchronization

/// Bytes of a stream, cut into lines as they come.
final class StreamText: Sendable {
    private let data = Mutex(Data())

    /// Adds what was read.
    func append(_ piece: Data) { self.data.withLock { $0.append(piece) } }

    /// All that was read and not taken.
    var text: String { self.data.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Adds `piece` and takes the lines that are whole; a line of more than 64 KB is cut.
    func lines(adding piece: Data) -> [String] {
        self.data.withLock { data in
            data.append(piece)
            var lines: [String] = []
            while let end = data.firstIndex(of: 10) {
                lines.append(String(decoding: data[data.startIndex..<end], as: UTF8.self))
                data = Data(data[data.index(after: end)...])
            }
            if data.count > 65_536 {
                lines.append(String(decoding: data, as: UTF8.self))
                data = Data()
            }
            return lines
        }
    }

    /// Takes what is left after the last line.
    func rest() -> String? {
        self.data.withLock { data in
            defer { data = Data() }
            return data.isEmpty ? nil : String(decoding: data, as: UTF8.self)
        }
    }
}
