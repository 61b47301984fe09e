/// Made-up shots of a die-casting line, the same in every run, whose result follows from their settings.
enum GeneratedShots {
    static let features = """
        entities:
          mould: {join_keys: [mould], type: int64}
        feature_views:
          mould_state:
            entity: mould
            source: {table: mould_states}
            event_timestamp: measured_at
            created_timestamp: known_at
            features:
              wear: {type: float64}
        feature_services:
          shot: {views: [mould_state]}
        """

    /// 3,000 shots a minute apart, and the wear of four moulds measured once an hour and known ten minutes later.
    static let tables = """
        CREATE TABLE mould_states AS
          SELECT mould, hour, TIMESTAMP '2025-01-01' + INTERVAL 1 HOUR * hour AS measured_at,
            TIMESTAMP '2025-01-01 00:10:00' + INTERVAL 1 HOUR * hour AS known_at,
            (hash(hour * 7 + mould) % 1000) / 1000.0 AS wear
          FROM range(60) AS hours(hour), (VALUES (8412), (8573), (8600), (8722)) AS moulds(mould);
        CREATE TABLE shots AS
          WITH made AS (
            SELECT i, TIMESTAMP '2025-01-01' + INTERVAL 1 MINUTE * i AS shot_at,
              [8412, 8573, 8600, 8722][1 + (hash(i) % 4)::INTEGER] AS mould,
              ['running', 'stopped', 'trial'][1 + (hash(i + 50000) % 3)::INTEGER] AS state,
              600 + (hash(i + 100000) % 1000) / 10.0 AS temperature,
              CASE WHEN i % 5 = 0 THEN NULL ELSE (hash(i + 200000) % 1000) / 10.0 END AS pressure,
              (hash(i + 300000) % 1000) / 1000.0 AS noise
            FROM range(3000) AS numbers(i))
          SELECT i AS id, shot_at, mould, state, temperature, pressure,
            temperature / 10 + coalesce(pressure, 50) + CASE mould WHEN 8600 THEN 30 ELSE 0 END
              + CASE state WHEN 'trial' THEN 20 ELSE 0 END + 4 * noise AS thickness,
            CASE WHEN temperature > 660 AND (mould = 8600 OR coalesce(pressure, 50) > 70) AND noise < 0.9
              THEN 1 ELSE 0 END AS failed
          FROM made;
        """

    static func recipe(
        name: String = "shots",
        label: String = "failed",
        task: String = "binary_classification",
        experiments: String,
        gates: String = "[]",
        more: String = ""
    ) -> String {
        """
        name: \(name)
        description: made-up shots
        model: \(name)
        task: \(task)
        loader: {sql: "SELECT * FROM shots ORDER BY id", timestamp: shot_at}
        label: \(label)
        feature_service: shot
        request_features:
          state: {type: string}
          temperature: {type: float64}
          pressure: {type: float64, required: false}
          mould_code: {type: int64}
        categorical: [mould_code]
        experiments: \(experiments)
        gates: \(gates)
        explain: {sample: 20}
        \(more)
        """
        .replacing("SELECT * FROM", with: "SELECT *, mould AS mould_code FROM")
    }

    static let both = """

          - {name: lightgbm, rounds: 40, parameters: {num_leaves: 15}}
          - {name: xgboost, engine: xgboost, rounds: 40, parameters: {max_depth: 4}}
        """
}
