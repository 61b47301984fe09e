import Foundation

/// Writes that survive a crash: the bytes first, then the name, then the folder.
package enum FileDurability {
    /// Writes `bytes` to `path` so that the file is whole or absent after a crash at any moment.
    ///
    /// A temporary file in the same folder is written, made durable and renamed over `path`.
    package static func write(_ bytes: [UInt8], to path: String) throws(EngineError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.error("create '\(temporary)'") }
        do throws(EngineError) {
            try Self.write(bytes, to: descriptor, path)
        } catch {
            _ = Foundation.close(descriptor)
            unlink(temporary)
            throw error
        }
        _ = Foundation.close(descriptor)
        do throws(EngineError) {
            try Self.replace(path, with: temporary)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Gives the file `temporary` the name `path`, in one step and durably; both lie on one volume.
    package static func replace(_ path: String, with temporary: String) throws(EngineError) {
        try Self.sync(temporary)
        guard rename(temporary, path) == 0 else { throw Self.error("rename '\(temporary)' to '\(path)'") }
        try Self.sync(Self.folder(of: path))
    }

    /// Waits until what was written to the file or folder at `path` is on the disk.
    package static func sync(_ path: String) throws(EngineError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error("open '\(path)'") }
        defer { _ = Foundation.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.error("make '\(path)' durable") }
    }

    /// Makes the folder at `path` and those above it, and makes the names durable.
    package static func makeFolder(_ path: String) throws(EngineError) {
        if path.isEmpty || FileManager.default.fileExists(atPath: path) { return }
        let parent = Self.folder(of: path)
        try Self.makeFolder(parent)
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Self.error("make the folder '\(path)'") }
        try Self.sync(parent)
    }

    /// The folder that holds `path`.
    static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(EngineError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("write '\(path)'") }
            written += count
        }
    }

    /// The error of the last system call.
    static func error(_ attempt: String) -> EngineError {
        EngineError(.engineFile, "could not \(attempt): \(String(cString: strerror(errno)))")
    }
}
