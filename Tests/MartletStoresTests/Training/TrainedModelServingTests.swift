import Foundation
import MartletCore
import MartletEngines
import MartletFeatures
import MartletServing
import MartletStores
import MartletTracking
import MartletTraining
import Testing

struct TrainedModelServingTests {
    private struct Response: Decodable {
        struct Prediction: Decodable { let value: Double }
        let predictions: [Prediction]
    }

    private static let recipe = """
        name: served
        description: a category of every type a column can have
        model: served
        task: regression
        loader: {sql: "SELECT *, mould * 1.0::DOUBLE AS mould_number FROM shots ORDER BY id", timestamp: shot_at}
        label: thickness
        request_features:
          mould: {type: int64}
          mould_number: {type: float64}
          state: {type: string, required: false}
          temperature: {type: float64}
          pressure: {type: float64, required: false}
        categorical: [mould, mould_number]
        experiments: [{name: one, rounds: 30}]
        """

    @Test func `the gateway answers every test row as training did, whatever the type of its categories`()
        async throws
    {
        let workspace = try TrainingWorkspace()
        try await workspace.execute(GeneratedShots.tables)
        try await workspace.execute("UPDATE shots SET state = NULL WHERE id % 7 = 0")
        try await workspace.execute("UPDATE shots SET state = '' WHERE id % 11 = 0")
        try await workspace.execute("UPDATE shots SET mould = 9999, state = 'unseen' WHERE id > 2900")
        let report = try await workspace.train(Self.recipe)
        let version = try #require(report.version)
        let expected = try #require(report.best?.result?.testPredictions)

        let unused: ModelLoader.FeatureServiceSource = { name in
            throw FeatureError(.featureSpineColumn, "no service is asked for, but \(name) was")
        }
        let model = try await ModelLoader(
            registry: workspace.registry,
            artifacts: workspace.artifacts,
            featureService: unused
        )
        .load(version) { ViewRows(view: $0) }
        let gateway = Gateway(
            limits: RequestLimits(),
            queue: PredictionQueue(),
            clock: ServingClock(now: { EventTime(microseconds: 1_800_000_000_000_000) }, uptimeMicroseconds: { 0 }),
            seed: 1
        )
        let metrics = gateway.metrics.metrics(endpoint: "served", version: "served:1")
        let endpoint = RoutingTable.Endpoint(
            name: "served",
            model: model,
            liveSince: nil,
            revision: 1,
            failure: nil,
            metrics: metrics
        )
        gateway.serve(RoutingTable(revision: 1, endpoints: ["served": endpoint]))

        let names = ["mould", "mould_number", "state", "temperature", "pressure"]
        let batch = try await workspace.warehouse.withConnection { connection in
            try connection.query(
                "SELECT *, mould * 1.0::DOUBLE AS mould_number FROM shots ORDER BY id LIMIT 450 OFFSET 2550"
            )
        }
        #expect(expected.count == batch.rowCount)
        var answers: [Double] = []
        for row in 0..<batch.rowCount {
            let features = JSONValue.object(
                Dictionary(uniqueKeysWithValues: names.map { ($0, batch[$0]?[row].json ?? .null) })
            )
            let body = JSONValue.object(["inputs": .array([.object(["features": features])])]).canonicalText
            let answer = gateway.predict(endpoint: "served", body: Array(body.utf8))
            #expect(answer.error == nil)
            let response = try JSONDecoder().decode(Response.self, from: Data(answer.body))
            answers.append(response.predictions[0].value)
        }
        #expect(answers == expected)
    }
}
