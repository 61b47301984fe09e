package import MartletCore

/// Signs requests in the manner of AWS (Signature Version 4), for S3 stores and tests; pure.
package struct SigV4Signer: Sendable {
    private let credentials: SigV4Credentials
    private let region: String
    private let service: String

    /// Signs with `credentials` for one region and service.
    package init(_ credentials: SigV4Credentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Returns the headers that make `request` signed: `X-Amz-Date`, `Authorization` and, where they apply,
    /// `X-Amz-Content-Sha256` and `X-Amz-Security-Token`.
    ///
    /// Every header the request has is signed, so the caller adds what a proxy changes after signing.
    package func headers(
        signing request: SigV4Request,
        payload: SigV4Payload,
        at time: EventTime
    ) -> [SigV4Request.Header] {
        let scope = SigV4Scope(at: time, region: self.region, service: self.service)
        let moment = SigV4Time(time)
        var added = [SigV4Request.Header(SigV4Field.date, moment.text)]
        if scope.keepsPath { added.append(.init(SigV4Field.contentHash, payload.text)) }
        if let token = self.credentials.sessionToken { added.append(.init(SigV4Field.securityToken, token)) }
        let whole = SigV4Request(
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers + added
        )
        let names = Set(whole.headers.map { $0.name.lowercased() }).sorted()
        let canonical = whole.canonical(signedHeaders: names, payload: payload.text, keepsPath: scope.keepsPath)
        let signature = scope.signature(
            of: SigV4Field.stringToSign(canonical, at: moment, scope),
            secret: self.credentials.secretAccessKey
        )
        let authorization =
            "\(SigV4Field.algorithm) Credential=\(self.credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
        return added + [.init("Authorization", authorization)]
    }

    /// Returns the query that makes `request` good for `lifetime` without further credentials.
    ///
    /// All of the request's headers are signed and must be sent; most callers sign `Host` alone. The lifetime is held at
    /// 1 second to 7 days.
    package func query(
        presigning request: SigV4Request,
        payload: SigV4Payload = .unsigned,
        at time: EventTime,
        lifetime: TimeSpan
    ) -> String {
        let scope = SigV4Scope(at: time, region: self.region, service: self.service)
        let moment = SigV4Time(time)
        let names = Set(request.headers.map { $0.name.lowercased() }).sorted()
        let seconds = min(max(1, lifetime.microseconds / 1_000_000), SigV4Claim.lifetimeLimit)
        var items = [
            (SigV4Field.algorithmName, SigV4Field.algorithm),
            (SigV4Field.credential, "\(self.credentials.accessKeyID)/\(scope)"), (SigV4Field.date, moment.text),
            (SigV4Field.expires, String(seconds)), (SigV4Field.signedHeaders, names.joined(separator: ";")),
        ]
        if let token = self.credentials.sessionToken { items.append((SigV4Field.securityToken, token)) }
        let added = items.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
        let query = request.query.isEmpty ? added : "\(request.query)&\(added)"
        let whole = SigV4Request(method: request.method, path: request.path, query: query, headers: request.headers)
        let canonical = whole.canonical(signedHeaders: names, payload: payload.text, keepsPath: scope.keepsPath)
        let signature = scope.signature(
            of: SigV4Field.stringToSign(canonical, at: moment, scope),
            secret: self.credentials.secretAccessKey
        )
        return "\(query)&\(SigV4Field.signature)=\(signature)"
    }
}
