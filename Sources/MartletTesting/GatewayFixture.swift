package import MartletCore
import MartletFeatures
import MartletForest
package import MartletServing
package import MartletTracking

/// A gateway with one endpoint `prices`: one tree over a looked-up rating and a request area.
package struct GatewayFixture: Sendable {
    package let gateway: Gateway
    /// Version 3 of `prices`.
    package let model: ServedModel

    /// The moment at which every request of a fixture comes.
    package static let now = EventTime(microseconds: 1_700_000_000_000_000)

    /// Serves the model at endpoint `prices`.
    package init(
        limits: RequestLimits = RequestLimits(),
        queue: PredictionQueue = PredictionQueue(),
        shadows: ShadowQueue = ShadowQueue()
    ) throws {
        self.model = try Self.servedModel()
        self.gateway = Gateway(
            limits: limits,
            queue: queue,
            shadows: shadows,
            clock: ServingClock(now: { Self.now }, uptimeMicroseconds: { 0 }),
            seed: 7
        )
        self.serve(self.model)
    }

    private static func servedModel() throws -> ServedModel {
        let view = FeatureView(
            name: "building",
            entities: ["building"],
            joinKeys: [JoinKey("building_id", .string)],
            source: .table("ratings"),
            eventTimestamp: "at",
            ttl: .days(30),
            features: [Feature(name: "rating", type: .float64, origin: .column("rating"))]
        )
        let rows = ViewRows(view: view)
        rows.apply(
            OnlineChanges(
                changes: [
                    .init(
                        key: EntityKey(text: "b1"),
                        row: OnlineRow(
                            eventTime: Self.now - .days(1),
                            createdTime: Self.now - .days(1),
                            values: [.float64(4)]
                        )
                    )
                ],
                sequence: 1,
                hasMore: false
            )
        )
        let service = FeatureService(
            name: "prices",
            features: [FeatureReference(view: "building", feature: "rating", type: .float64)],
            views: [view]
        )
        let manifest = try Self.manifest(
            inputs: [
                ModelInput(
                    name: "building__rating",
                    type: .float64,
                    source: .feature(view: "building", feature: "rating"),
                    isRequired: false
                ),
                ModelInput(name: "area", type: .float64, source: .request),
            ],
            service: "prices",
            text: Self.modelText()
        )
        return try ServedModel(
            version: ModelVersionID("prices", 3),
            manifest: manifest,
            scorer: .forest(Forest(lightGBM: Array(Self.modelText().utf8))),
            plan: InputPlan(manifest, service: service, rows: ["building": rows])
        )
    }

    /// The manifest of a model with the bytes `text`.
    package static func manifest(inputs: [ModelInput], service: String?, text: String) throws -> ModelManifest {
        guard let runID = RunID(String(repeating: "0", count: 32)) else {
            throw ServingError(.deploymentNotLoadable, "The run id of the fixture is not one.")
        }
        return ModelManifest(
            engine: .lightGBM,
            modelFile: "model.txt",
            modelHash: ContentHash(of: text),
            task: .regression,
            labelName: "price",
            inputs: inputs,
            joinKeys: service == nil ? [] : ["building_id"],
            featureService: service,
            trainedAt: Self.now,
            runID: runID,
            snapshotHash: ContentHash(of: "snapshot"),
            recipeName: "prices",
            recipeHash: ContentHash(of: "recipe")
        )
    }

    /// Replaces what `prices` serves; `nil` leaves the endpoint without a version.
    package func serve(_ model: ServedModel?) {
        self.gateway.serve(
            RoutingTable(
                revision: 1,
                endpoints: [
                    "prices": .init(
                        name: "prices",
                        model: model,
                        liveSince: nil,
                        revision: 1,
                        failure: nil,
                        metrics: self.gateway.metrics.metrics(endpoint: "prices", version: "prices:3")
                    )
                ]
            )
        )
    }

    /// Sends one body.
    package func predict(_ body: String, endpoint: String = "prices") -> Gateway.Answer {
        self.gateway.predict(endpoint: endpoint, body: Array(body.utf8))
    }

    /// A LightGBM model of one split on the second column, `area`, at 50: 10 below, `above` above.
    package static func modelText(above: Int = 20) -> String {
        """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        label_index=0
        max_feature_idx=1
        objective=regression
        feature_names=building__rating area
        feature_infos=[0:5] [0:100]
        tree_sizes=300

        Tree=0
        num_leaves=2
        num_cat=0
        split_feature=1
        split_gain=1
        threshold=50
        decision_type=2
        left_child=-1
        right_child=-2
        leaf_value=10 \(above)
        leaf_weight=5 5
        leaf_count=5 5
        internal_value=\((10 + above) / 2)
        internal_weight=10
        internal_count=10
        is_linear=0
        shrinkage=1


        end of trees

        """
    }
}
