package import MartletReleases
package import MartletServing

/// What the pages of endpoints, releases and experiments stand on.
package struct ConsoleReleases: Sendable {
    let store: any ReleaseStore
    let desk: ReleaseDesk
    /// What this process serves; `nil` where it serves nothing.
    let gateway: Gateway?
    let trails = ReleaseTrails()

    /// Puts it together.
    package init(store: any ReleaseStore, desk: ReleaseDesk, gateway: Gateway?) {
        self.store = store
        self.desk = desk
        self.gateway = gateway
    }
}
