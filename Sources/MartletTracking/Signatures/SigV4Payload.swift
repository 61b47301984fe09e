package import MartletCore

/// What a signature says about the body of its request.
package enum SigV4Payload: Sendable, Hashable {
    /// The body has this hash.
    case hash(ContentHash)
    /// The body is not signed; TLS or a checksum header guards it.
    case unsigned
    /// The body arrives in chunks that are not signed, with a checksum behind them.
    case unsignedChunks

    /// The hash of no bytes.
    package static let empty = SigV4Payload.hash(ContentHash(of: ""))

    /// The value of `X-Amz-Content-Sha256`.
    package var text: String {
        switch self {
        case .hash(let hash): hash.description
        case .unsigned: "UNSIGNED-PAYLOAD"
        case .unsignedChunks: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        }
    }

    /// Reads the value of `X-Amz-Content-Sha256`, or returns `nil` for a mode that Martlet does not take.
    package init?(_ text: String) {
        switch text {
        case "UNSIGNED-PAYLOAD": self = .unsigned
        case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": self = .unsignedChunks
        default:
            guard let hash = ContentHash(hex: text) else { return nil }
            self = .hash(hash)
        }
    }
}
