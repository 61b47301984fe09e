package import MartletIngest

/// Brings bytes from wherever a source says: files, or addresses.
package struct LocationFetcher: SourceFetcher {
    private let files: FileSourceFetcher
    private let addresses: HTTPSourceFetcher

    /// Takes the fetcher for each kind of place.
    package init(files: FileSourceFetcher, addresses: HTTPSourceFetcher) {
        self.files = files
        self.addresses = addresses
    }

    package func offers(of definition: SourceDefinition) async throws -> [SourceOffer] {
        if case .url = definition.location.place { return try await self.addresses.offers(of: definition) }
        return try await self.files.offers(of: definition)
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        into receiver: any RawReceiver
    ) async throws {
        switch offer.place {
        case .file: try await self.files.fetch(offer, of: definition, into: receiver)
        case .url: try await self.addresses.fetch(offer, of: definition, into: receiver)
        }
    }
}
