import Foundation
import HTTPTypes
import Hummingbird
import MartletCore
import MartletTracking
import NIOCore

/// Answers with a file of the artifact store, whole or one range of it, piece by piece.
struct ArtifactDownload: Sendable {
    let store: any ArtifactStore

    /// The response with the file at `path`.
    ///
    /// - Throws: a 404 when there is no file, a folder included.
    func response(_ path: ArtifactPath, _ request: Request) async throws -> Response {
        guard let entry = try await self.store.entry(at: path), !entry.isFolder, let size = entry.byteCount else {
            throw MLflowError.missing("No such artifact: '\(path)'")
        }
        var headers = HTTPFields()
        headers[.contentType] = Self.contentType(of: path.lastComponent)
        headers[.contentDisposition] = Self.disposition(path.lastComponent)
        headers[.xContentTypeOptions] = "nosniff"
        headers[.acceptRanges] = "bytes"
        switch ByteRange.read(request.headers[.range], size: size) {
        case .whole:
            return Response(status: .ok, headers: headers, body: self.body(path, 0..<size))
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: self.body(path, range))
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    private func body(_ path: ArtifactPath, _ range: Range<Int64>) -> ResponseBody {
        let store = self.store
        return ResponseBody(contentLength: Int(range.count)) { writer in
            if !range.isEmpty {
                try await store.read(path, range: range) { @concurrent piece in
                    try await writer.write(ByteBuffer(bytes: piece))
                }
            }
            try await writer.finish(nil)
        }
    }

    /// The media type a browser may show safely, by the end of the name.
    static func contentType(of name: String) -> String {
        let texts: Set = [
            "txt", "log", "err", "cfg", "conf", "cnf", "ini", "md", "rst", "csv", "tsv", "json", "yaml", "yml", "xml",
            "py", "js", "toml", "sql", "properties",
        ]
        let end = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        if name == "MLmodel" || name == "MLproject" || name.contains(".") && texts.contains(end) { return "text/plain" }
        return switch end {
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "svg": "image/svg+xml"
        case "html", "htm": "text/html"
        case "pdf": "application/pdf"
        default: "application/octet-stream"
        }
    }

    private static func disposition(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar in
            scalar.isASCII && scalar.value >= 0x20 && scalar != "\"" && scalar != "\\" ? String(scalar) : "_"
        }
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "attachment; filename=\"\(plain.joined())\"; filename*=UTF-8''\(escaped)"
    }
}

/// The part of a file that a request asks for.
enum ByteRange: Sendable, Hashable {
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    /// Reads a `Range` header for a file of `size` bytes; one with several parts or another unit counts as absent.
    static func read(_ header: String?, size: Int64) -> ByteRange {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return .whole }
        let parts = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .whole }
        let first = Int64(parts[0])
        let last = Int64(parts[1])
        switch (first, last) {
        case (let first?, let last?) where !parts[1].isEmpty:
            guard first <= last else { return .whole }
            return first < size ? .part(first..<(last < size - 1 ? last + 1 : size)) : .unsatisfiable
        case (let first?, nil) where parts[1].isEmpty:
            return first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let last?) where parts[0].isEmpty:
            return last > 0 && size > 0 ? .part(max(0, size - last)..<size) : .unsatisfiable
        default: return .whole
        }
    }
}

extension HTTPField.Name {
    /// Tells browsers to believe the content type.
    static let xContentTypeOptions = HTTPField.Name("x-content-type-options") ?? .contentType
}
