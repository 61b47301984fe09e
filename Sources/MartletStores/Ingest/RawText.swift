import MartletEngines

/// Rewrites raw bytes as plain UTF-8 text for the engine to read.
enum RawText {
    /// Writes the decompressed bytes of the gzip file `path` to `target`.
    static func decompress(_ path: String, to target: String) throws(EngineError) {
        try Gunzip.unpack(path, to: target)
    }

    /// Writes the CP949 text of `path` to `target` as UTF-8.
    static func transcode(_ path: String, to target: String) throws(EngineError) {
        try Transcoder(from: .cp949).transcode(path, to: target)
    }
}
