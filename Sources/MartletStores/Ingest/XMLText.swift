import MartletCore
import MartletEngines
import MartletIngest

/// Turns the bytes of an XML document into UTF-8, whatever it declares of itself.
enum XMLText {
    /// `bytes` as UTF-8.
    ///
    /// - Throws: ``IngestError`` when they are not text in the encoding.
    static func utf8(_ bytes: [UInt8], _ encoding: XMLFormat.TextEncoding, origin: String) throws -> [UInt8] {
        if encoding != .cp949, String(validating: bytes, as: UTF8.self) != nil { return bytes }
        if encoding != .utf8, let text = Transcoder(from: .cp949).utf8(bytes) { return text }
        let tried = encoding == .automatic ? "neither UTF-8 nor CP949" : "not \(encoding.rawValue)"
        throw IngestError(
            .ingestInvalidXML,
            "'\(origin)' is \(tried) text; it may be cut off, or 'encoding' is wrong"
        )
    }
}
