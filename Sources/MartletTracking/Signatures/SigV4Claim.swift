package import MartletCore

/// Who a signed request says it is from; `verify(secret:bodyHash:at:)` tells whether that is so.
package struct SigV4Claim: Sendable {
    /// The public half of the key.
    package let accessKeyID: String
    /// The day, region and service the signature is for.
    package let scope: SigV4Scope
    /// When the request was signed, by the client's clock.
    package let signedAt: EventTime
    /// Whether the signature stands in the query, good for a while, not in a header.
    package let isPresigned: Bool
    /// What the request says about its body; `nil` when it says nothing, and the body itself is signed.
    package let payload: SigV4Payload?

    /// How far the clocks of client and server may be apart.
    package static let clockTolerance = TimeSpan.seconds(15 * 60)
    /// The longest life of a presigned request in seconds.
    static let lifetimeLimit: Int64 = 7 * 24 * 60 * 60

    private let request: SigV4Request
    private let signedHeaders: [String]
    private let signature: String
    private let lifetime: TimeSpan?

    /// Reads the signature of `request`.
    ///
    /// - Returns: `nil` when the request has none of this kind, so that another way of signing in may be tried.
    /// - Throws: `signature.malformed`.
    package init?(_ request: SigV4Request) throws(TrackingError) {
        let items = request.queryItems
        func item(_ name: String) -> String? { items.first { $0.name == name }?.value }
        let fields: (credential: String?, headers: String?, signature: String?)
        if let header = request.header("authorization"), header.hasPrefix(SigV4Field.algorithm) {
            fields = Self.fields(of: header.dropFirst(SigV4Field.algorithm.count))
            self.isPresigned = false
        } else if item(SigV4Field.algorithmName) == SigV4Field.algorithm {
            fields = (item(SigV4Field.credential), item(SigV4Field.signedHeaders), item(SigV4Field.signature))
            self.isPresigned = true
        } else {
            return nil
        }
        let date = self.isPresigned ? item(SigV4Field.date) : request.header("x-amz-date")
        guard let credential = fields.credential, let slash = credential.firstIndex(of: "/"),
            let scope = SigV4Scope(credential[credential.index(after: slash)...])
        else { throw Self.malformed("its credential is not KEY/DAY/REGION/SERVICE/aws4_request") }
        guard let time = date.flatMap({ SigV4Time($0) }) else {
            throw Self.malformed("its X-Amz-Date is missing or not such as 20130524T000000Z")
        }
        guard let signature = fields.signature, !signature.isEmpty else { throw Self.malformed("it has no signature") }
        let names = (fields.headers ?? "").split(separator: ";").map(String.init)
        guard names.contains("host"), names == names.map({ $0.lowercased() }) else {
            throw Self.malformed("its signed headers are not lower-case names with 'host' among them")
        }
        let unsigned = request.headers.map { $0.name.lowercased() }
            .first { $0.hasPrefix("x-amz-") && !names.contains($0) }
        if let unsigned { throw Self.malformed("its header '\(unsigned)' is not signed") }
        if self.isPresigned {
            guard let seconds = item(SigV4Field.expires).flatMap({ Int64($0) }),
                (1...Self.lifetimeLimit).contains(seconds)
            else { throw Self.malformed("its X-Amz-Expires is not 1 to \(Self.lifetimeLimit) seconds") }
            self.lifetime = .seconds(seconds)
            // S3 leaves the body of a presigned request open; other services sign it.
            self.payload = scope.keepsPath ? .unsigned : nil
        } else {
            self.lifetime = nil
            let text = request.header("x-amz-content-sha256")
            self.payload = text.flatMap { SigV4Payload($0) }
            if let text, self.payload == nil {
                throw Self.malformed(
                    "its X-Amz-Content-Sha256 is '\(text.prefix(40))', neither a SHA-256, UNSIGNED-PAYLOAD nor "
                        + "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
                )
            }
        }
        self.accessKeyID = String(credential[..<slash])
        self.scope = scope
        self.signedAt = time.moment
        self.request = request
        self.signedHeaders = names
        self.signature = signature
    }

    /// Checks that the holder of `secret` signed the request, and lately.
    ///
    /// - Parameters:
    ///   - secret: the secret half of the key ``accessKeyID``.
    ///   - bodyHash: the hash of the body as it arrived. It must be the one that the request names, if it names one. For
    ///     a body that is still streaming `nil`: then the caller compares ``payload`` when the body has ended.
    ///   - now: the server's time.
    /// - Throws: `signature.clockSkew`, `signature.expired`, `signature.mismatch`, `signature.bodyChanged`.
    package func verify(secret: String, bodyHash: ContentHash?, at now: EventTime) throws(TrackingError) {
        try self.checkTime(now)
        guard self.scope.day == SigV4Scope(at: self.signedAt, region: "-", service: "-").day else {
            throw TrackingError(.signatureMismatch, "the signature's day is not the day of its X-Amz-Date; sign again")
        }
        guard let payload = self.payload?.text ?? bodyHash?.description else {
            throw Self.malformed("it says nothing about its body; send X-Amz-Content-Sha256 with a streamed body")
        }
        let canonical = self.request.canonical(
            signedHeaders: self.signedHeaders,
            payload: payload,
            keepsPath: self.scope.keepsPath
        )
        let text = SigV4Field.stringToSign(canonical, at: SigV4Time(self.signedAt), self.scope)
        guard Self.isEqual(self.scope.signature(of: text, secret: secret), self.signature) else {
            throw TrackingError(
                .signatureMismatch,
                "the request's signature is not the one that key '\(self.accessKeyID)' gives for it; check the secret, "
                    + "and that no proxy changes the host, the path or the signed headers"
            )
        }
        if case .hash(let named)? = self.payload, let bodyHash, named != bodyHash {
            throw TrackingError(
                .signatureBodyChanged,
                "the body is not the one that was signed: its SHA-256 differs from X-Amz-Content-Sha256; send it again"
            )
        }
    }

    private func checkTime(_ now: EventTime) throws(TrackingError) {
        let earliest = now - Self.clockTolerance
        let latest = now + Self.clockTolerance
        if let lifetime {
            guard self.signedAt <= latest else { throw self.clockSkew(now) }
            guard now < self.signedAt + lifetime else {
                throw TrackingError(
                    .signatureExpired,
                    "the presigned request was good until \(self.signedAt + lifetime) and it is \(now); ask for a new one"
                )
            }
        } else if self.signedAt < earliest || self.signedAt > latest {
            throw self.clockSkew(now)
        }
    }

    private func clockSkew(_ now: EventTime) -> TrackingError {
        TrackingError(
            .signatureClockSkew,
            "the request was signed at \(self.signedAt) by the client's clock and it is \(now) here, more than "
                + "15 minutes apart; set the clock of the client or of the server"
        )
    }

    private static func fields(
        of header: Substring
    ) -> (credential: String?, headers: String?, signature: String?) {
        var values: [String: String] = [:]
        for part in header.split(separator: ",") {
            let pieces = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if pieces.count == 2 { values[String(pieces[0])] = String(pieces[1]) }
        }
        return (values["Credential"], values["SignedHeaders"], values["Signature"])
    }

    private static func malformed(_ reason: String) -> TrackingError {
        TrackingError(.signatureMalformed, "the signature of the request cannot be read: \(reason)")
    }

    /// Compares in a time that does not tell how much of a guess is right.
    private static func isEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
