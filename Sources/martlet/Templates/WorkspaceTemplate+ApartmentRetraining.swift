extension WorkspaceTemplate {
    /// What came of predicted prices, as a table to learn from.
    static let apartmentsLabels = """
        # How what came of predictions becomes a table to learn from: `martlet labels build` makes the table prices_paid.
        name: prices_paid
        description: What was paid for a flat whose price was predicted.
        endpoint: apartment-price
        from: outcome               # or {interaction: contract}: 1 when one followed, else 0
        window: 90d                 # how long after a prediction an outcome still is its label

        """

    /// When the price model is trained again.
    static let apartmentsRetraining = """
        # When a recipe is trained again, and how far its version goes by itself: `martlet retrain check price` tells.
        name: price
        recipe: price
        labels: prices_paid
        triggers:
          volume: 0.1               # more than 10 % new labels
          loss: 0.2                 # an error 20 % above that of the test
        rule: gain                  # a back-test must prove that it is worth it
        cooldown: 1d
        budget: {runs: 10, time: 10h}
        auto: never                 # or to-staging, to-ab, to-production-with-approval
        release: price-rollout

        """
}
