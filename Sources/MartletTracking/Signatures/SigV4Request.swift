import MartletCore

/// A request as signing sees it: exactly as it goes over the wire, without its body.
package struct SigV4Request: Sendable {
    /// One header line.
    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String

        /// Takes a header in any case.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method in capitals.
    package let method: String
    /// The path, percent-encoded as it is sent.
    package let path: String
    /// What follows `?`, percent-encoded as it is sent; empty without a query.
    package let query: String
    /// Every header, `Host` included; names in any case, repeated names allowed.
    package let headers: [Header]

    /// Takes the parts of a request line and its headers.
    package init(method: String, path: String, query: String = "", headers: [Header]) {
        self.method = method
        self.path = path.isEmpty ? "/" : path
        self.query = query
        self.headers = headers
    }

    /// The value of the header `name`, or `nil`.
    func header(_ name: String) -> String? {
        self.headers.first { $0.name.lowercased() == name }?.value
    }

    /// The names and values of the query, decoded.
    var queryItems: [(name: String, value: String)] {
        self.query.split(separator: "&")
            .map { part in
                let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (PercentCoding.decode(pieces[0]), pieces.count > 1 ? PercentCoding.decode(pieces[1]) : "")
            }
    }

    /// The canonical form: every spelling of the same request gives the same text.
    ///
    /// `signedHeaders` are lower-case names in order. `keepsPath` is S3's rule for paths; other services resolve `.` and
    /// `..` and encode once more.
    func canonical(signedHeaders: [String], payload: String, keepsPath: Bool) -> String {
        let values = Dictionary(grouping: self.headers) { $0.name.lowercased() }
        let lines = signedHeaders.map { name in
            let joined = (values[name] ?? []).map { Self.collapsed($0.value) }.joined(separator: ",")
            return "\(name):\(joined)\n"
        }
        return [
            self.method, Self.canonicalPath(self.path, keepsPath: keepsPath), self.canonicalQuery, lines.joined(),
            signedHeaders.joined(separator: ";"), payload,
        ]
        .joined(separator: "\n")
    }

    /// The query in order of its encoded names, then values, without a signature.
    private var canonicalQuery: String {
        self.queryItems.filter { $0.name != SigV4Field.signature }
            .map { (PercentCoding.encode($0.name), PercentCoding.encode($0.value)) }
            .sorted { $0.0 == $1.0 ? Self.precedes($0.1, $1.1) : Self.precedes($0.0, $1.0) }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    private static func canonicalPath(_ path: String, keepsPath: Bool) -> String {
        if keepsPath {
            return path.split(separator: "/", omittingEmptySubsequences: false)
                .map { PercentCoding.encode(PercentCoding.decode($0)) }
                .joined(separator: "/")
        }
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        let isFolder = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..")
        let resolved = "/" + parts.joined(separator: "/") + (isFolder && !parts.isEmpty ? "/" : "")
        return PercentCoding.encode(resolved, keepsSlash: true)
    }

    /// The value without blanks at its ends, each run of blanks inside it one.
    private static func collapsed(_ value: String) -> String {
        value.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r\n" }.joined(separator: " ")
    }

    /// By bytes, as signatures order.
    private static func precedes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }
}

/// The names of a signature's parts in queries and headers.
enum SigV4Field {
    static let algorithm = "AWS4-HMAC-SHA256"
    static let signature = "X-Amz-Signature"
    static let algorithmName = "X-Amz-Algorithm"
    static let credential = "X-Amz-Credential"
    static let date = "X-Amz-Date"
    static let expires = "X-Amz-Expires"
    static let signedHeaders = "X-Amz-SignedHeaders"
    static let securityToken = "X-Amz-Security-Token"
    static let contentHash = "X-Amz-Content-Sha256"

    /// What is signed: algorithm, time, scope, and the hash of the canonical request.
    static func stringToSign(_ canonical: String, at time: SigV4Time, _ scope: SigV4Scope) -> String {
        [Self.algorithm, time.text, scope.description, ContentHash(of: canonical).description].joined(separator: "\n")
    }
}
