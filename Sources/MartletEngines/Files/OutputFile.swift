import Foundation

/// A file that is written from start to end; closed with the value.
final class OutputFile {
    private let file: UnsafeMutablePointer<FILE>
    private let path: String

    init(_ path: String) throws(EngineError) {
        guard let file = fopen(path, "wb") else { throw FileDurability.error("create '\(path)'") }
        self.file = file
        self.path = path
    }

    deinit { fclose(self.file) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        guard !bytes.isEmpty, let start = bytes.baseAddress else { return }
        guard fwrite(start, 1, bytes.count, self.file) == bytes.count else {
            throw FileDurability.error("write '\(self.path)'")
        }
    }

    /// Hands everything written to the system.
    func flush() throws(EngineError) {
        guard fflush(self.file) == 0 else { throw FileDurability.error("write '\(self.path)'") }
    }
}
