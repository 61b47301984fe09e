package import MartletCore
package import MartletIngest

/// Brings bytes from wherever a source says.
package struct LocationFetcher: SourceFetcher {
    private let files: FileSourceFetcher
    private let addresses: HTTPSourceFetcher
    private let commands: CommandSourceFetcher
    private let databases: PostgresSourceFetcher
    private let objects: ObjectSourceFetcher

    /// Takes the fetcher for each kind of place.
    package init(
        files: FileSourceFetcher,
        addresses: HTTPSourceFetcher,
        commands: CommandSourceFetcher,
        databases: PostgresSourceFetcher,
        objects: ObjectSourceFetcher
    ) {
        self.files = files
        self.addresses = addresses
        self.commands = commands
        self.databases = databases
        self.objects = objects
    }

    package func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        try await self.fetcher(of: definition).offers(of: definition, at: now)
    }

    package func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        try await self.fetcher(of: definition).fetch(offer, of: definition, since: watermark, into: receiver)
    }

    private func fetcher(of definition: SourceDefinition) -> any SourceFetcher {
        switch definition.location.place {
        case .path, .glob, .none: self.files
        case .url: self.addresses
        case .command: self.commands
        case .postgres: self.databases
        case .objects: self.objects
        }
    }
}
