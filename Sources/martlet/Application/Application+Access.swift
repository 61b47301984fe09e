import AsyncHTTPClient
import Foundation
import MartletCore
import MartletServer
import MartletStores
import MartletTracking
import ServiceLifecycle

extension Application {
    /// The variable that holds the API key of whoever runs commands.
    static let keyVariable = "MARTLET_API_KEY"

    /// Accounts, keys and roles.
    func accessStore() throws -> any AccessStore { SQLAccessStore(try self.metadata.database()) }

    /// Webhooks and deliveries.
    func webhookStore() throws -> any WebhookStore { SQLWebhookStore(try self.metadata.database()) }

    /// The workspace's own secret; made when it is first asked for.
    func secret() throws -> WorkspaceSecret {
        try WorkspaceSecretFile(path: self.statePath("secret.key")).secret(environment: self.processEnvironment)
    }

    /// Whether the environment's server asks for keys.
    var auth: AuthMode { self.workspace.environment.server.auth ?? self.workspace.configuration.auth }

    /// Who finds out who sends a request, or `nil` when nobody is asked.
    ///
    /// `client` reads the keys of an identity provider, when the environment names one.
    ///
    /// - Throws: `workspace.invalid` when nobody is asked although others than this machine reach `host`.
    func authenticator(host: String, client: HTTPClient) throws -> Authenticator? {
        guard self.auth == .off else {
            return Authenticator(
                store: try self.accessStore(),
                secret: try self.secret(),
                tokens: self.tokenVerifier(client),
                now: { .now }
            )
        }
        guard ServerConfiguration.isLoopback(host) else {
            throw CommandError(
                .workspaceInvalid,
                "'auth: off' answers whoever asks, and others than this machine reach '\(host)'; set 'auth: keys', or "
                    + "listen on 127.0.0.1",
                status: .invalid
            )
        }
        return nil
    }

    /// What reads the tokens of the environment's identity provider, or `nil` when it names none.
    private func tokenVerifier(_ client: HTTPClient) -> (any TokenVerifier)? {
        guard let provider = self.workspace.environment.server.oidc else { return nil }
        let address = JWKSAddress(provider.keysURL, client: client)
        return OIDCTokenVerifier(
            TokenIssuer(
                issuer: provider.issuer,
                audience: provider.audience,
                accountClaim: provider.accountClaim
            ),
            keys: SigningKeys { try await address.read() }
        )
    }

    /// Says aloud who may ask.
    func announceAccess() async throws {
        guard self.auth == .keys else {
            self.terminal.note(
                "\(self.terminal.errors.warning("auth is off")): whoever is on this machine may read and change everything"
            )
            return
        }
        guard try await self.accessStore().keys(of: nil).isEmpty else { return }
        self.terminal.note(
            "no key is there yet, so every request is refused: martlet users add NAME --role admin, then "
                + "martlet keys create NAME (or, on this machine only, auth: off in \(Workspace.fileName))"
        )
    }

    /// Returns who runs a command: the account of the key in the environment, else the name given, else the user.
    ///
    /// `name` is what `--by` named; beside a key it must be the key's account, and that account needs the role for
    /// `action` on `resource`.
    ///
    /// - Throws: `access.unauthenticated`, `access.refused`, `command.invalidArgument`.
    func actor(_ name: String?, _ action: AccessAction, on resource: AccessResource) async throws -> String {
        guard let key = self.processEnvironment[Self.keyVariable], !key.isEmpty else {
            if action == .decide, self.auth == .keys, self.workspace.configuration.approval == .fourEyes {
                throw CommandError(
                    .commandInvalidArgument,
                    "the workspace asks for four eyes, so a decision needs proof of who makes it; set "
                        + "\(Self.keyVariable) to your API key",
                    status: .invalid
                )
            }
            return name ?? ProcessInfo.processInfo.environment["USER"] ?? NSUserName()
        }
        let keeper = Authenticator(store: try self.accessStore(), secret: try self.secret(), now: { .now })
        let principal = try await keeper.signIn(key).principal
        if let name, name != principal.name {
            throw CommandError(
                .commandInvalidArgument,
                "--by says '\(name)', but the key in \(Self.keyVariable) is of '\(principal.name)'; leave --by out",
                status: .invalid
            )
        }
        try principal.require(action, on: resource)
        return principal.name
    }

    /// Puts credentials, model packages and webhooks before and beside the routes, and says aloud who may ask.
    func guardServer(_ context: inout ServerContext, host: String) async throws -> WebhookService {
        let webhooks = try self.webhookDelivery()
        do {
            try await self.guardServer(&context, host: host, webhooks)
            return webhooks
        } catch {
            try? await webhooks.client.shutdown()
            throw error
        }
    }

    private func guardServer(
        _ context: inout ServerContext,
        host: String,
        _ webhooks: WebhookService
    ) async throws {
        context.authenticator = try self.authenticator(host: host, client: webhooks.client)
        context.packages = ModelPackageContext(
            registry: try self.registry(),
            rule: self.workspace.configuration.approval,
            now: { .now }
        )
        try await self.announceAccess()
        context.webhooks = WebhookContext(
            store: try self.webhookStore(),
            dispatcher: webhooks.dispatcher,
            secret: try self.secret(),
            now: { .now }
        )
    }

    /// What tells webhooks of events.
    func webhookDelivery() throws -> WebhookService {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPWebhookSender.clientConfiguration
        )
        let dispatcher = WebhookDispatcher(
            store: try self.webhookStore(),
            sender: HTTPWebhookSender(client: client),
            secret: try self.secret(),
            now: { .now }
        )
        return WebhookService(client: client, dispatcher: dispatcher)
    }
}

/// Brings events to webhooks while the server runs.
struct WebhookService: Service {
    let client: HTTPClient
    let dispatcher: WebhookDispatcher

    private static let interval = Duration.seconds(1)
    private static let pruneInterval = Duration.seconds(3_600)

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.deliver() }
        try await self.client.shutdown()
    }

    /// A store that cannot be read is asked again; whoever serves requests says what is wrong with it.
    private func deliver() async {
        let clock = ContinuousClock()
        var nextPrune = clock.now + Self.interval
        while !Task.isCancelled {
            let count = (try? await self.dispatcher.deliverDue()) ?? 0
            if clock.now >= nextPrune {
                try? await self.dispatcher.prune()
                nextPrune = clock.now + Self.pruneInterval
            }
            if count < WebhookDispatcher.batchLimit { try? await clock.sleep(for: Self.interval) }
        }
    }
}
