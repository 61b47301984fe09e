package import MartletCore
package import MartletTracking

/// One variant of an endpoint, loaded and ready to answer.
package final class ServedVariant: Sendable {
    /// The variant's name, weight and version.
    package let variant: ProductionVariant
    package let model: ServedModel
    /// The release or experiment that set the traffic.
    package let release: String?
    /// Since when it answers or scores beside under this name.
    package let liveSince: EventTime?
    /// Blows when the variant fails or is slow too often; units are then answered by another.
    package let fuse: VariantFuse
    let metrics: EndpointMetrics
    /// `"variant":"…"` and, of a release, `,"release":"…"`, as every response and log record of this variant has it.
    let json: [UInt8]

    /// Puts a loaded variant together; `release` is the one that set the traffic.
    package init(
        _ variant: ProductionVariant,
        model: ServedModel,
        release: String?,
        liveSince: EventTime?,
        metrics: EndpointMetrics,
        fuse: VariantFuse = VariantFuse()
    ) {
        self.variant = variant
        self.model = model
        self.release = release
        self.liveSince = liveSince
        self.fuse = fuse
        self.metrics = metrics
        var writer = JSONWriter(capacity: 64)
        writer.raw("\"variant\":")
        writer.string(variant.name)
        if let release {
            writer.raw(",\"release\":")
            writer.string(release)
        }
        self.json = writer.bytes
    }
}
