import Foundation
import MartletEngines

/// Rewrites raw bytes as plain UTF-8 text for the engine to read.
enum RawText {
    /// Writes the decompressed bytes of the gzip file `path` to `target`.
    static func decompress(_ path: String, to target: String) throws(EngineError) {
        try Gunzip.unpack(path, to: target)
    }

    /// Whether a file that begins with the bytes `start` is marked as UTF-16, which is what Excel calls Unicode text.
    static func isUTF16(_ start: Data) -> Bool {
        start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
    }

    /// Writes the CP949 text of `path` to `target` as UTF-8.
    static func transcode(_ path: String, to target: String) throws(EngineError) {
        try Transcoder(from: .cp949).transcode(path, to: target)
    }
}
