/// The path of predict requests, `/v1/endpoints/{endpoint}/predict`.
enum PredictPath {
    /// The endpoint that `path` names, or `nil` for every other path.
    ///
    /// A path with a query or with percent-encoded characters is not read here; the router reads those.
    static func endpoint(in path: String) -> String? {
        let bytes = path.utf8
        guard bytes.count > Self.prefix.count + Self.suffix.count, bytes.starts(with: Self.prefix) else { return nil }
        let start = bytes.index(bytes.startIndex, offsetBy: Self.prefix.count)
        let end = bytes.index(bytes.endIndex, offsetBy: -Self.suffix.count)
        guard bytes[end...].elementsEqual(Self.suffix) else { return nil }
        let name = bytes[start..<end]
        guard !name.contains(where: Self.isReserved) else { return nil }
        return String(Substring(name))
    }

    private static let prefix = Array("/v1/endpoints/".utf8)
    private static let suffix = Array("/predict".utf8)

    private static func isReserved(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "%")
            || byte == UInt8(ascii: "#")
    }
}
