extension WorkspaceTemplate {
    /// What is promised, and who is told when.
    static let apartmentsPolicy = """
        # What is promised, and who is told of it when. What is left out holds as usual: `martlet schema slo` says how, and
        # `martlet slo` shows how promises are kept.
        objectives:
          latency_p95: {objective: 500ms, alert: 800ms}
          error_rate: {objective: 0.01, alert: 0.03}
          model_error_growth: 0.2
          collection_success: {objective: 0.95, alert: 0.9}
        # quiet_hours: {from: "22:00", to: "08:00", zone: Asia/Seoul}  # P2 and P3 would wait
        priorities: {P0: 15m, P1: 1h}                                 # then they are told again

        """
}
