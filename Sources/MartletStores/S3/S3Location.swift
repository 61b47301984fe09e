import Foundation
import MartletTracking

/// A bucket of an object store that speaks S3, and the folder in it.
package struct S3Location: Sendable, Hashable {
    package let bucket: String
    /// The folder in the bucket that holds everything, without slashes at its ends; empty for the whole bucket.
    package let prefix: String
    /// The region that signatures name; `auto` for stores without regions.
    package let region: String
    /// Where the store answers, such as `http://127.0.0.1:9000`.
    package let endpoint: Endpoint
    /// Where clients of presigned addresses reach it, when that is another address.
    package let publicEndpoint: Endpoint
    /// Whether the bucket stands in the path and not in the host name.
    package let usesPathStyle: Bool

    /// The scheme, host and port of a store.
    package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        package let scheme: String
        /// The host, with the port unless it is the scheme's own.
        package let authority: String

        /// Reads `http://HOST[:PORT]` or `https://…`; `nil` for anything else, such as one with a path or user.
        package init?(_ text: String) {
            guard let colon = text.range(of: "://") else { return nil }
            let scheme = text[..<colon.lowerBound].lowercased()
            var rest = text[colon.upperBound...]
            if rest.hasSuffix("/") { rest = rest.dropLast() }
            guard ["http", "https"].contains(scheme), !rest.isEmpty,
                !rest.contains(where: { "/?#@ ".contains($0) })
            else { return nil }
            let standard = scheme == "https" ? ":443" : ":80"
            self.scheme = scheme
            self.authority = (rest.hasSuffix(standard) ? String(rest.dropLast(standard.count)) : String(rest))
                .lowercased()
        }

        package var description: String { "\(self.scheme)://\(self.authority)" }
    }

    /// Names a bucket and folder; `nil` when `uri` is not `s3://BUCKET[/PREFIX]`.
    ///
    /// Without an endpoint it is AWS's of the region. Unless said otherwise the bucket stands in the path when an endpoint
    /// is named or the bucket's name holds a dot, which certificates of host names cannot cover.
    package init?(
        uri: String,
        region: String,
        endpoint: Endpoint? = nil,
        publicEndpoint: Endpoint? = nil,
        usesPathStyle: Bool? = nil
    ) {
        let scheme = "s3://"
        guard uri.hasPrefix(scheme) else { return nil }
        let parts = uri.dropFirst(scheme.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bucket = String(parts[0])
        let prefix = parts.count > 1 ? parts[1].split(separator: "/").joined(separator: "/") : ""
        guard (3...63).contains(bucket.utf8.count),
            bucket.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }), prefix.isEmpty || (try? ArtifactPath(prefix)) != nil
        else { return nil }
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        guard let chosen = endpoint ?? Endpoint("https://s3.\(region).\(suffix)") else { return nil }
        self.bucket = bucket
        self.prefix = prefix
        self.region = region
        self.endpoint = chosen
        self.publicEndpoint = publicEndpoint ?? chosen
        self.usesPathStyle = usesPathStyle ?? (endpoint != nil || bucket.contains("."))
    }

    /// The location as a person writes it.
    package var uri: String { "s3://\(self.bucket)" + (self.prefix.isEmpty ? "" : "/\(self.prefix)") }

    /// The key of an artifact.
    func key(of path: ArtifactPath) -> String { self.prefix.isEmpty ? path.description : "\(self.prefix)/\(path)" }

    /// The beginning of the keys of everything in `folder`.
    func folderKey(of folder: ArtifactPath?) -> String {
        guard let folder else { return self.prefix.isEmpty ? "" : "\(self.prefix)/" }
        return self.key(of: folder) + "/"
    }

    /// The host name and the percent-encoded path under which `key` answers; without a key the bucket itself.
    func address(of key: String?, at endpoint: Endpoint) -> (authority: String, path: String) {
        let tail = key.map { PercentCoding.encode($0, keepsSlash: true) } ?? ""
        guard self.usesPathStyle else { return ("\(self.bucket).\(endpoint.authority)", "/\(tail)") }
        return (endpoint.authority, "/\(self.bucket)" + (key == nil ? "" : "/\(tail)"))
    }
}
