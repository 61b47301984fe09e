extension WorkspaceTemplate {
    /// Ten days of the apartments, made up.
    static let apartmentsSimulation = """
        # A world to try the workspace in: `martlet simulate ten-days` lets a copy of it live through ten days in minutes.
        # Visitors, what they sign, when data arrive and the clock are made up; everything else is real.
        name: ten-days
        endpoint: apartment-price
        recipe: price                    # visitors look at its rows; what was paid comes true
        release: price-rollout
        timezone: Asia/Seoul
        arrivals:
          sales: {date: sold_on, delay: 1d}   # a sale can be collected the day after
        first_model: {age: 360d}         # what is live at first was trained so long ago
        visitors:
          per_day: 3000
          behaviour:                     # each after the one before, the likelier the nearer the price shown is
            - {kind: click, steepness: 2, after: 1m}
            - {kind: inquiry, steepness: 4, after: 1h}
            - {kind: contract, steepness: 4, after: 6h}
          outcome_after: 1d
        people: {at: "10:15", by: ada}   # on working days they approve, start and promote
        durations: {ingest: 20m, materialize: 10m, train: 45m}

        """
}
