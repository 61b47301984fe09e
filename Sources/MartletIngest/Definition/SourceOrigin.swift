package import MartletCore

/// Where the raw bytes of a source come from: one of a file, a glob or an HTTP(S) address.
package struct SourceOrigin: DocumentObject, Sendable {
    /// The place itself.
    package enum Place: Sendable, Hashable {
        case path(String)
        /// Every matching file is a batch of its own, in the order of names.
        case glob(String)
        /// All pages of one fetch are one batch.
        case url(String)
        /// Nothing was named; a fault was reported.
        case none
    }

    package let place: Place
    package let headers: [HTTPHeader]
    package let paging: Paging?
    package let timeout: TimeSpan
    package let sizeLimitMegabytes: Int

    package init(from reader: ObjectReader) {
        let path = reader.optional("path", String.self, "A file, relative to the workspace.")
        let glob = reader.optional("glob", String.self, "Files such as data/*.csv; each is a batch, in name order.")
        let url = reader.optional("url", String.self, "An http or https address.")
        let headers = reader.value("headers", default: NamedItems<String>([]), "Headers of the HTTP request.")
        self.headers = headers.entries.map { HTTPHeader(name: $0.name, value: $0.value) }
        self.paging = reader.optional("paging", Paging.self, "How further pages of the address are found.")
        self.timeout = reader.value(
            "timeout",
            default: .seconds(60),
            "How long one page may take.",
            documentedDefault: "60s"
        )
        self.sizeLimitMegabytes = reader.value(
            "size_limit_mb",
            default: 4_096,
            "The largest batch accepted from an address.",
            documentedDefault: 4_096
        )
        let places = [path.map(Place.path), glob.map(Place.glob), url.map(Place.url)].compactMap(\.self)
        self.place = places.first ?? .none
        if places.count != 1 {
            reader.report(.documentInvalidValue, "a location has exactly one of 'path', 'glob' and 'url'")
        }
        if let url, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            reader.report(.documentInvalidValue, "an address begins with http:// or https://", at: "url")
        }
        if url == nil, self.paging != nil {
            reader.report(.documentInvalidValue, "'paging' is for a 'url' only; remove it", at: "paging")
        }
        if self.sizeLimitMegabytes < 1 {
            reader.report(.documentInvalidValue, "the size limit is at least 1 MB", at: "size_limit_mb")
        }
    }
}

/// One header of the HTTP request; its value may be a secret and is never shown.
package struct HTTPHeader: Sendable, Hashable {
    package let name: String
    package let value: String

    /// Pairs a header name with its value.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
