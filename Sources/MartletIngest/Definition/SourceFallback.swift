package import MartletCore

/// Where a source's data comes from when its own place fails; what is loaded from there is marked.
package struct SourceFallback: DocumentObject, Sendable {
    package let location: SourceOrigin
    package let format: SourceFormat?
    package let compression: Compression?

    package init(from reader: ObjectReader) {
        self.location = reader.required("location", SourceOrigin.self, "Where the bytes come from instead.")
        self.format = reader.optional("format", SourceFormat.self, "Their format, when it is another one.")
        self.compression = reader.optional("compression", Compression.self, "Their compression, when it is another.")
    }
}
