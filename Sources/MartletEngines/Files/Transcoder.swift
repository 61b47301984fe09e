import Foundation

#if canImport(iconv)
import iconv
#endif

/// The encoding of a text file.
package enum CharacterEncoding: String, Sendable, CaseIterable, Codable {
    case utf8
    /// Microsoft's superset of EUC-KR, in which Korean authorities publish.
    case cp949

    fileprivate var systemName: String {
        switch self {
        case .utf8: "UTF-8"
        case .cp949: "CP949"
        }
    }
}

/// Turns text files into UTF-8, strictly: a byte that is no text stops with its place.
package struct Transcoder: Sendable {
    private let encoding: CharacterEncoding

    /// A transcoder from `encoding`.
    package init(from encoding: CharacterEncoding) { self.encoding = encoding }

    /// Reads `source` and writes it as UTF-8 to `target`, in pieces; UTF-8 itself is checked and copied.
    ///
    /// A byte order mark at the start is left out.
    ///
    /// - Throws: `engine.badEncoding` with byte offset and line, `engine.file`; `target` is then incomplete.
    package func transcode(_ source: String, to target: String) throws(EngineError) {
        guard let input = fopen(source, "rb") else { throw FileDurability.error("open '\(source)'") }
        defer { fclose(input) }
        let output = try OutputFile(target)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        var converter = try Converter(self.encoding)
        defer { converter.close() }
        var kept = 0
        while true {
            let free = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
            let read = fread(free.baseAddress, 1, free.count, input)
            let isEnd = read < free.count
            if isEnd, ferror(input) != 0 { throw FileDurability.error("read '\(source)'") }
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(kept + read)])
            kept = try converter.convert(piece, isLast: isEnd, to: output, source)
            if isEnd { break }
            // The start of a character that the next piece ends.
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[(piece.count - kept)...]))
        }
        try output.flush()
    }

    /// `bytes` as UTF-8, or `nil` when they are not text in this encoding.
    package func utf8(_ bytes: [UInt8]) -> [UInt8]? {
        let handle = iconv_open("UTF-8", self.encoding.systemName)
        guard Int(bitPattern: handle) != -1 else { return nil }
        defer { _ = iconv_close(handle) }
        // No character of these encodings takes more than twice the room in UTF-8.
        var result = [UInt8](repeating: 0, count: bytes.count * 2 + 16)
        var source = bytes
        let length: Int? = source.withUnsafeMutableBytes { source in
            result.withUnsafeMutableBytes { target in
                var input = source.baseAddress?.assumingMemoryBound(to: CChar.self)
                var left = source.count
                var output = target.baseAddress?.assumingMemoryBound(to: CChar.self)
                var free = target.count
                guard iconv(handle, &input, &left, &output, &free) != -1, left == 0 else { return nil }
                return target.count - free
            }
        }
        return length.map { Array(result[..<$0]) }
    }

    /// One conversion under way: `iconv` and the place in the input.
    private struct Converter {
        private let handle: iconv_t?
        private let encoding: CharacterEncoding
        private var offset = 0
        private var line = 1

        init(_ encoding: CharacterEncoding) throws(EngineError) {
            let handle = iconv_open("UTF-8", encoding.systemName)
            guard Int(bitPattern: handle) != -1 else {
                throw EngineError(
                    .engineBadEncoding,
                    "this system cannot read \(encoding.systemName); install its character set conversions"
                )
            }
            self.handle = handle
            self.encoding = encoding
        }

        func close() { _ = iconv_close(self.handle) }

        /// Converts a piece and returns how many bytes at its end wait for more.
        mutating func convert(
            _ piece: UnsafeMutableRawBufferPointer,
            isLast: Bool,
            to output: OutputFile,
            _ source: String
        ) throws(EngineError) -> Int {
            var start = 0
            if self.offset == 0, piece.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
            var input = piece.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
            var left = piece.count - start
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
            defer { room.deallocate() }
            while left > 0 {
                var target = room.baseAddress?.assumingMemoryBound(to: CChar.self)
                var free = room.count
                let status = iconv(self.handle, &input, &left, &target, &free)
                let reason = errno
                try output.write(UnsafeRawBufferPointer(rebasing: room[..<(room.count - free)]))
                if status != -1 || reason == E2BIG { continue }
                if reason == EINVAL, !isLast { break }
                let bad = piece.count - left
                self.count(piece[..<bad])
                throw EngineError(
                    .engineBadEncoding,
                    "could not read '\(source)' as \(self.encoding.systemName): byte \(self.offset), on line "
                        + "\(self.line), is no such text; declare the file's true encoding"
                )
            }
            self.count(piece[..<(piece.count - left)])
            return left
        }

        private mutating func count(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
            self.offset += bytes.count
            for byte in bytes where byte == 10 { self.line += 1 }
        }
    }
}
