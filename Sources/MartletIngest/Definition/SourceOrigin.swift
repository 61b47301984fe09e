package import MartletCore

/// Where the raw bytes of a source come from: exactly one place, and how it is asked.
package struct SourceOrigin: DocumentObject, Sendable {
    /// The place itself.
    package enum Place: Sendable, Hashable {
        case path(String)
        /// Every matching file is a batch of its own, in the order of names.
        case glob(String)
        /// All pages of one fetch are one batch.
        case url(String)
        case command(CommandOrigin)
        case postgres(PostgresOrigin)
        case objects(ObjectsOrigin)
        /// Nothing was named; a fault was reported.
        case none
    }

    /// A query parameter with the values it is asked with, one batch each.
    package struct Repetition: Sendable, Hashable {
        package let parameter: String
        package let values: RequestValues
    }

    package let place: Place
    package let stableFor: TimeSpan?
    package let headers: [HTTPHeader]
    package let query: [HTTPHeader]
    package let repetitions: [Repetition]
    package let key: APIKey?
    package let paging: Paging?
    package let answer: AnswerRule?
    package let requestsPerSecond: Double?
    package let timeout: TimeSpan
    package let sizeLimitMegabytes: Int
    package let retry: RetryPolicy

    package init(from reader: ObjectReader) {
        let path = reader.optional("path", String.self, "A file, relative to the workspace.")
        let glob = reader.optional("glob", String.self, "Files such as data/*.csv; each is a batch, in name order.")
        let url = reader.optional("url", String.self, "An http or https address.")
        let command = reader.optional("command", CommandOrigin.self, "Your own program, which writes the records.")
        let postgres = reader.optional("postgres", PostgresOrigin.self, "A query of a PostgreSQL database.")
        let objects = reader.optional("s3", ObjectsOrigin.self, "Objects under a prefix of a bucket.")
        self.stableFor = reader.optional(
            "stable_for",
            TimeSpan.self,
            "Files of a glob that changed more recently are left for the next run: they may still be written."
        )
        self.headers = Self.pairs(reader, "headers", "Headers of the HTTP request.")
        self.query = Self.pairs(reader, "query", "Query parameters, unencoded.")
        let repetitions = reader.value(
            "for_each",
            default: NamedItems<RequestValues>([]),
            "Query parameters with lists of values, or {months: N}; each combination is a batch."
        )
        self.repetitions = repetitions.entries.map { Repetition(parameter: $0.name, values: $0.value) }
        self.key = reader.optional("key", APIKey.self, "The key the address wants.")
        self.paging = reader.optional("paging", Paging.self, "How further pages of the address are found.")
        self.answer = reader.optional("answer", AnswerRule.self, "How an answer says that it is good.")
        self.requestsPerSecond = reader.optional("requests_per_second", Double.self, "The most requests a second.")
        self.timeout = reader.value(
            "timeout",
            default: .seconds(60),
            "How long one page, or the whole program or query, may take.",
            documentedDefault: "60s"
        )
        self.sizeLimitMegabytes = reader.value(
            "size_limit_mb",
            default: 4_096,
            "The largest batch accepted from an address, a program or a query.",
            documentedDefault: 4_096
        )
        self.retry = reader.value("retry", default: RetryPolicy.placeholder, "How often it is tried.")
        let places = [
            path.map(Place.path), glob.map(Place.glob), url.map(Place.url), command.map(Place.command),
            postgres.map(Place.postgres), objects.map(Place.objects),
        ]
        .compactMap(\.self)
        self.place = places.first ?? .none
        if places.count != 1 {
            reader.report(
                .documentInvalidValue,
                "a location has exactly one of 'path', 'glob', 'url', 'command', 'postgres' and 's3'"
            )
        }
        self.check(reader)
    }

    /// Whether a failure may pass by itself, so that trying again makes sense.
    package var isRemote: Bool {
        switch self.place {
        case .url, .command, .postgres, .objects: true
        case .path, .glob, .none: false
        }
    }

    /// Whether each load goes on where the last one ended.
    package var isIncremental: Bool {
        if case .postgres(let origin) = self.place { origin.cursor != nil } else { false }
    }

    /// Whether a place without batches is a good answer: a glob that waits for its files, a prefix.
    package var mayBeEmpty: Bool {
        if case .objects = self.place { true } else { self.stableFor != nil }
    }

    private static func pairs(_ reader: ObjectReader, _ key: String, _ summary: String) -> [HTTPHeader] {
        reader.value(key, default: NamedItems<String>([]), summary)
            .entries.map { HTTPHeader(name: $0.name, value: $0.value) }
    }

    private func check(_ reader: ObjectReader) {
        var isAddress = false
        if case .url(let url) = self.place {
            isAddress = true
            if !url.hasPrefix("http://"), !url.hasPrefix("https://") {
                reader.report(.documentInvalidValue, "an address begins with http:// or https://", at: "url")
            }
        }
        for key in ["paging", "query", "for_each", "key", "answer", "requests_per_second", "headers"]
        where !isAddress && reader.has(key) {
            reader.report(.documentInvalidValue, "'\(key)' is for a 'url' only; remove it", at: key)
        }
        if self.stableFor != nil {
            if case .glob = self.place {
            } else {
                reader.report(.documentInvalidValue, "'stable_for' is for a 'glob' only; remove it", at: "stable_for")
            }
        }
        if self.sizeLimitMegabytes < 1 {
            reader.report(.documentInvalidValue, "the size limit is at least 1 MB", at: "size_limit_mb")
        }
        if let rate = self.requestsPerSecond, !(rate > 0 && rate <= 10_000) {
            reader.report(.documentInvalidValue, "more than 0 and at most 10000", at: "requests_per_second")
        }
    }
}

/// One header or query parameter of the HTTP request; its value may be a secret and is never shown.
package struct HTTPHeader: Sendable, Hashable {
    package let name: String
    package let value: String

    /// Pairs a name with its value.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
