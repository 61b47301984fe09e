extension WorkspaceTemplate {
    /// What is done by itself each night.
    static let apartmentsPipeline = """
        # What is done by itself, and when. `martlet up` and `martlet jobs work` carry it out, and
        # `martlet jobs run nightly` does it now. A step follows the one above it unless `needs` says otherwise.
        name: nightly
        description: The day's sales and their features.

        triggers:
          - cron: {at: "0 2 * * *", timezone: Asia/Seoul}

        steps:
          - {name: load, ingest: all}
          - {name: features, materialize: all}

        """

    /// What is done by itself each week.
    static let apartmentsTraining = """
        name: weekly
        description: A new model, which waits for approval.

        triggers:
          - cron: {at: "0 3 * * mon", timezone: Asia/Seoul}

        steps:
          - {name: train, train: price, timeout: 1h}

        """
}
