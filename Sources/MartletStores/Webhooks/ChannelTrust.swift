import NIOSSL

/// Whom a channel believes: an authority of one's own instead of those of the system.
enum ChannelTrust {
    /// Why a file cannot be used.
    struct Fault: Error {
        let message: String
    }

    /// The certificates of the PEM file at `path`.
    ///
    /// It is read each time, so that one that was replaced holds at once.
    static func roots(_ path: String) throws -> NIOSSLTrustRoots {
        let certificates = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
        guard !certificates.isEmpty else {
            throw Fault(
                message: "'ca_file' of the channel names '\(path)', which holds no certificates in PEM that can be read"
            )
        }
        return .certificates(certificates)
    }

    /// How a client connects that believes the certificates at `path`.
    static func configuration(_ path: String) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = try self.roots(path)
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
