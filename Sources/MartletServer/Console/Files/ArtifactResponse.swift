import Foundation
import HTTPTypes
import Hummingbird
import MartletTracking
import NIOCore

/// The bytes of an artifact over HTTP.
///
/// Whatever somebody uploaded is data here: it is never run as a page, and only images are shown in place.
struct ArtifactResponse: Sendable {
    /// How many bytes are asked of the store at a time.
    static let pieceLength: Int64 = 1 << 20

    let artifacts: any ArtifactStore
    let entry: ArtifactEntry
    let isDownload: Bool

    var response: Response {
        var headers = HTTPFields()
        let size = self.entry.byteCount ?? 0
        switch ArtifactBrowser.Kind(name: self.entry.path.lastComponent) {
        case .image(let type) where !self.isDownload:
            headers[.contentType] = type
            headers[.contentDisposition] = "inline"
        default:
            headers[.contentType] = "application/octet-stream"
            let name = FormText.encode(self.entry.path.lastComponent)
            headers[.contentDisposition] = "attachment; filename*=UTF-8''\(name)"
        }
        headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.cacheControl] = "private, no-cache"
        let artifacts = self.artifacts
        let path = self.entry.path
        let body = ResponseBody(contentLength: Int(size)) { writer in
            var offset: Int64 = 0
            while offset < size {
                let piece = Collected()
                try await artifacts.read(path, range: offset..<min(size, offset + Self.pieceLength)) {
                    piece.append($0)
                }
                let bytes = piece.bytes
                guard !bytes.isEmpty else { break }
                offset += Int64(bytes.count)
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
