extension WorkspaceTemplate {
    /// How a new version of the price model comes to its endpoint.
    static let apartmentsRelease = """
        # How a new version comes to an endpoint that answers already:
        #   martlet experiment start price-rollout --version apartment_price:2    compares it on live traffic
        #   martlet release start price-rollout --version apartment_price:2       moves the traffic, and back on a breach
        # Everything but `name` and `endpoint` has a standard value: martlet release plan price-rollout shows all.
        name: price-rollout
        endpoint: apartment-price
        description: New versions of the price of a flat.

        strategy: blue-green            # 1 % for 2 minutes, then everything; or canary, linear
        approval: automatic             # ask: a person promotes the last step
        standby: 24h                    # the old version stays loaded and takes over when a limit breaks

        gates:
          max_error_rate: 0.01
          latency_quantile: 0.95
          max_latency: 500ms

        experiment:
          treatment: 10                 # percent of the units
          min_duration: 7d
          max_duration: 14d
          min_improvement: 0.05         # a smaller win is held for review
          on_success: ask               # promote: a release starts by itself
          metrics:
            - {name: contract_rate, role: primary, conversion: contract}
            - name: ctr
              role: secondary
              ratio: {of: {event: click}, to: {event: impression}}
            - {name: inquiry_rate, role: secondary, conversion: inquiry}
            - name: avg_contract_amount
              role: secondary
              ratio: {of: {event: contract, value: amount}, to: {event: contract}}

        """
}
