import Foundation
package import MartletCore
package import MartletTracking
import Synchronization

/// Finds the key of an S3 store where AWS's own tools look: named outright, the environment, the credentials file.
///
/// A file is read again after a minute, so that keys which a tool renews are taken up without a restart.
package final class S3CredentialChain: S3CredentialSource {
    private let named: SigV4Credentials?
    private let environment: [String: String]
    private let profile: String
    private let file: String
    private let cached = Mutex<(key: SigV4Credentials, until: EventTime)?>(nil)
    private static let readAgainAfter = TimeSpan.seconds(60)

    /// Remembers where to look; nothing is read yet.
    ///
    /// - Parameters:
    ///   - named: a key that the configuration names; it wins.
    ///   - profile: the section of the file; by default `AWS_PROFILE`, then `default`.
    ///   - environment: the variables of the process.
    package init(named: SigV4Credentials?, profile: String?, environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        self.named = named
        self.environment = environment
        self.profile = profile ?? variable("AWS_PROFILE") ?? "default"
        self.file = variable("AWS_SHARED_CREDENTIALS_FILE") ?? "\(variable("HOME") ?? "")/.aws/credentials"
    }

    package func credentials(at time: EventTime) async throws(TrackingError) -> SigV4Credentials {
        if let named { return named }
        if let key = Self.key(
            id: self.environment["AWS_ACCESS_KEY_ID"],
            secret: self.environment["AWS_SECRET_ACCESS_KEY"],
            token: self.environment["AWS_SESSION_TOKEN"]
        ) {
            return key
        }
        if let cached = self.cached.withLock(\.self), time < cached.until { return cached.key }
        guard let bytes = FileManager.default.contents(atPath: self.file) else {
            throw TrackingError(
                .artifactNoCredentials,
                "found no key for the object store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write profile "
                    + "'\(self.profile)' into '\(self.file)', or set 'access_key_id' and 'secret_access_key' under 's3'"
            )
        }
        let sections = Self.sections(String(decoding: bytes, as: UTF8.self))
        let section = sections[self.profile] ?? [:]
        guard
            let key = Self.key(
                id: section["aws_access_key_id"],
                secret: section["aws_secret_access_key"],
                token: section["aws_session_token"]
            )
        else {
            throw TrackingError(
                .artifactNoCredentials,
                "'\(self.file)' has no profile '\(self.profile)' with aws_access_key_id and aws_secret_access_key; "
                    + "add it, or name another with 'profile' or AWS_PROFILE."
                    + NearestName.suggestion(self.profile, among: sections.keys.sorted())
            )
        }
        self.cached.withLock { $0 = (key, time + Self.readAgainAfter) }
        return key
    }

    private static func key(id: String?, secret: String?, token: String?) -> SigV4Credentials? {
        guard let id, let secret, !id.isEmpty, !secret.isEmpty else { return nil }
        return SigV4Credentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: token.flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    /// The sections of an INI file: `[name]`, then `key = value` lines; `#` and `;` begin remarks.
    private static func sections(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var current = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                current = line[line.index(after: line.startIndex)..<end].trimmingCharacters(in: .whitespaces)
                sections[current, default: [:]] = sections[current] ?? [:]
            } else if let equals = line.firstIndex(of: "=") {
                let key = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
                sections[current, default: [:]][key] = value
            }
        }
        return sections
    }
}
