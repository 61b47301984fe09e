import MartletCore
import MartletIngest

/// Rewrites raw bytes as plain UTF-8 text for the engine to read.
enum RawText {
    /// Writes the decompressed bytes of the gzip file `path` to `target`.
    static func decompress(_ path: String, to target: String) throws {
        throw IngestError(.ingestFailed, "gzip together with this encoding or format cannot be read yet")
    }

    /// Writes the CP949 text of `path` to `target` as UTF-8.
    static func transcode(_ path: String, to target: String) throws {
        throw IngestError(.ingestFailed, "the encoding cp949 cannot be read yet")
    }
}
