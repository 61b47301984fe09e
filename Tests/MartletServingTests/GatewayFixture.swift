import Foundation
import MartletCore
import MartletFeatures
import MartletForest
import MartletServing
import MartletTracking
import Testing

/// A gateway with one endpoint `prices`: one tree over a looked-up rating and a request area.
struct GatewayFixture {
    let gateway: Gateway
    let model: ServedModel

    static let now = EventTime(microseconds: 1_700_000_000_000_000)

    init(limits: RequestLimits = RequestLimits(), queue: PredictionQueue = PredictionQueue()) throws {
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
        let manifest = ModelManifest(
            engine: .lightGBM,
            modelFile: "model.txt",
            modelHash: ContentHash(of: Self.modelText),
            task: .regression,
            labelName: "price",
            inputs: [
                ModelInput(
                    name: "building__rating",
                    type: .float64,
                    source: .feature(view: "building", feature: "rating"),
                    isRequired: false
                ),
                ModelInput(name: "area", type: .float64, source: .request),
            ],
            joinKeys: ["building_id"],
            featureService: "prices",
            trainedAt: Self.now,
            runID: try #require(RunID(String(repeating: "0", count: 32))),
            snapshotHash: ContentHash(of: "snapshot"),
            recipeName: "prices",
            recipeHash: ContentHash(of: "recipe")
        )
        self.model = try ServedModel(
            version: ModelVersionID("prices", 3),
            manifest: manifest,
            forest: Forest(lightGBM: Array(Self.modelText.utf8)),
            plan: InputPlan(manifest, service: service, rows: ["building": rows])
        )
        self.gateway = Gateway(
            limits: limits,
            queue: queue,
            clock: ServingClock(now: { Self.now }, uptimeMicroseconds: { 0 }),
            seed: 7
        )
        self.serve(self.model)
    }

    func serve(_ model: ServedModel?) {
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

    func predict(_ body: String, endpoint: String = "prices") -> Gateway.Answer {
        self.gateway.predict(endpoint: endpoint, body: Array(body.utf8))
    }

    /// A model of one split on `area` at 50: 10 below, 20 above.
    static let modelText = """
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
        leaf_value=10 20
        leaf_weight=5 5
        leaf_count=5 5
        internal_value=15
        internal_weight=10
        internal_count=10
        is_linear=0
        shrinkage=1


        end of trees

        """
}
