package import MartletCore
package import MartletFeatures
package import MartletTracking

/// How a model's row is filled: worked out once when a version is loaded, used by every request.
package struct InputPlan: Sendable {
    /// One column of the model.
    package struct Slot: Sendable {
        /// Where the value comes from, by position.
        package enum Source: Sendable {
            /// Feature `index` of view `view`.
            case feature(view: Int, index: Int)
            /// The `index`-th request feature.
            case request(Int)
        }
        package let name: String
        package let type: DataType
        package let source: Source
        package let isRequired: Bool
        /// The code of each category of a category column, by `Value/category`.
        package let codes: [String: Double]?
        let nameBytes: [UInt8]
        /// The name as a JSON key with its colon.
        let jsonKey: [UInt8]

        /// The number the model sees for `value`: a category's code, else the value itself; unknown is `NaN`.
        package func number(_ value: Value) -> Double {
            guard let codes = self.codes else { return value.number }
            return value.category.flatMap { codes[$0] } ?? .nan
        }
    }

    /// One view the model reads.
    package struct View: Sendable {
        package let view: FeatureView
        package let rows: ViewRows
        /// The positions of its join keys among ``InputPlan/keys``.
        let keyIndices: [Int]
        let jsonKey: [UInt8]
    }

    /// One join key a request gives.
    package struct Key: Sendable {
        package let name: String
        package let type: DataType
        let nameBytes: [UInt8]
        let jsonKey: [UInt8]
    }

    /// The model's columns in model order.
    package let slots: [Slot]
    /// The positions in ``slots`` of the request features.
    package let requestSlots: [Int]
    /// The views, in the order of the feature service.
    package let views: [View]
    /// The join keys of all views, each once.
    package let keys: [Key]

    /// Binds the inputs of `manifest` to the views of `service`.
    ///
    /// - Throws: `deployment.notLoadable` when a feature is not in the service, or an input is a date or timestamp, which
    ///   no training takes.
    package init(
        _ manifest: ModelManifest,
        service: FeatureService?,
        rows: [String: ViewRows]
    ) throws(ServingError) {
        let keys = (service?.joinKeys ?? [])
            .map {
                Key(name: $0.name, type: $0.type, nameBytes: Array($0.name.utf8), jsonKey: Self.jsonKey($0.name))
            }
        let views = (service?.views ?? [])
            .map { view in
                View(
                    view: view,
                    rows: rows[view.name] ?? ViewRows(view: view),
                    keyIndices: view.joinKeys.compactMap { key in keys.firstIndex { $0.name == key.name } },
                    jsonKey: Self.jsonKey(view.name)
                )
            }
        var slots: [Slot] = []
        var requestSlots: [Int] = []
        for input in manifest.inputs {
            guard input.type != .date, input.type != .timestamp else {
                throw ServingError(
                    .deploymentNotLoadable,
                    "The model's input '\(input.name)' is a \(input.type.rawValue), which no model takes; train again "
                        + "with a number derived from it."
                )
            }
            let source: Slot.Source
            switch input.source {
            case .request:
                source = .request(requestSlots.count)
                requestSlots.append(slots.count)
            case .feature(let view, let feature):
                guard let viewIndex = views.firstIndex(where: { $0.view.name == view }),
                    let index = views[viewIndex].view.index(of: feature)
                else {
                    throw ServingError(
                        .deploymentNotLoadable,
                        "The model reads feature '\(feature)' of view '\(view)', which its feature service does not "
                            + "have any more; restore the feature, or train and deploy a model without it."
                    )
                }
                source = .feature(view: viewIndex, index: index)
            }
            slots.append(Self.slot(input, source))
        }
        self.slots = slots
        self.requestSlots = requestSlots
        self.views = views
        self.keys = keys
    }

    private static func slot(_ input: ModelInput, _ source: Slot.Source) -> Slot {
        Slot(
            name: input.name,
            type: input.type,
            source: source,
            isRequired: input.isRequired,
            codes: input.categories.map { categories in
                Dictionary(zip(categories, (0..<categories.count).map(Double.init))) { first, _ in first }
            },
            nameBytes: Array(input.name.utf8),
            jsonKey: Self.jsonKey(input.name)
        )
    }

    private static func jsonKey(_ name: String) -> [UInt8] {
        var writer = JSONWriter(capacity: name.utf8.count + 3)
        writer.string(name)
        writer.raw(UInt8(ascii: ":"))
        return writer.bytes
    }
}
