import Foundation

/// Unpacks gzip files with the system's zlib.
package enum Gunzip {
    /// Unpacks the file `source` into `target`, in pieces of 256 kB.
    ///
    /// - Throws: `engine.file` when `source` is not gzip, is cut off or damaged; `target` is then incomplete.
    package static func unpack(_ source: String, to target: String) throws(EngineError) {
        let library = try Self.library()
        guard FileManager.default.isReadableFile(atPath: source), let input = library.open(source, "rb") else {
            throw FileDurability.error("open '\(source)'")
        }
        defer { _ = library.close(input) }
        let output = try OutputFile(target)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var isFirst = true
        while true {
            let count = library.read(input, buffer.baseAddress, UInt32(buffer.count))
            var status: Int32 = 0
            let text = library.error(input, &status).map { String(cString: $0) } ?? ""
            // 0 is good, 1 the end; zlib reports a file that was cut off only by its status.
            guard count >= 0, status == 0 || status == 1 else {
                throw EngineError(.engineFile, "could not unpack '\(source)': \(text); fetch the file again")
            }
            if isFirst, library.isPlain(input) != 0 {
                throw EngineError(
                    .engineFile,
                    "could not unpack '\(source)': it is not gzip; give it its true ending, or remove 'compression'"
                )
            }
            isFirst = false
            if count == 0 { break }
            try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<Int(count)]))
        }
        try output.flush()
    }

    /// The functions of zlib's file interface.
    private struct Library {
        let open: @convention(c) (CText, CText) -> Handle?
        let read: @convention(c) (Handle?, UnsafeMutableRawPointer?, UInt32) -> Int32
        let error: @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> CText?
        let isPlain: @convention(c) (Handle?) -> Int32
        let close: @convention(c) (Handle?) -> Int32
    }

    private static func library() throws(EngineError) -> Library {
        #if os(macOS)
        let path = "/usr/lib/libz.1.dylib"
        #else
        let path = "libz.so.1"
        #endif
        guard let zlib = dlopen(path, RTLD_NOW | RTLD_LOCAL), let open = dlsym(zlib, "gzopen"),
            let read = dlsym(zlib, "gzread"), let error = dlsym(zlib, "gzerror"), let plain = dlsym(zlib, "gzdirect"),
            let close = dlsym(zlib, "gzclose")
        else {
            throw EngineError(.engineNotFound, "could not load zlib (\(path)); install it, on Debian as zlib1g")
        }
        return Library(
            open: unsafeBitCast(open, to: (@convention(c) (CText, CText) -> Handle?).self),
            read: unsafeBitCast(
                read,
                to: (@convention(c) (Handle?, UnsafeMutableRawPointer?, UInt32) -> Int32).self
            ),
            error: unsafeBitCast(
                error,
                to: (@convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> CText?).self
            ),
            isPlain: unsafeBitCast(plain, to: (@convention(c) (Handle?) -> Int32).self),
            close: unsafeBitCast(close, to: (@convention(c) (Handle?) -> Int32).self)
        )
    }
}
