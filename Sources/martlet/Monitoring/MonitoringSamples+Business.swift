import MartletMonitoring
import MartletServer

extension MonitoringSamples {
    /// What an endpoint does for the business, as Prometheus reads it.
    static func of(_ business: EndpointBusiness) -> [MetricSample] {
        let labels = [("endpoint", business.endpoint)]
        let days = BusinessLedger.dayCount
        var samples = [
            MetricSample(
                "martlet_business_predictions",
                "Answered predictions of the last \(days) days, today among them.",
                labels: labels,
                value: Double(business.predictions)
            ),
            MetricSample(
                "martlet_business_contracts",
                "Contracts of the last \(days) days, today among them.",
                labels: labels,
                value: Double(business.contracts)
            ),
        ]
        if let value = business.predictionsPerDay {
            samples.append(
                MetricSample(
                    "martlet_business_predictions_per_day",
                    "Answered predictions a day, over days that are over.",
                    labels: labels,
                    value: value
                )
            )
        }
        if let value = business.contractRate {
            samples.append(
                MetricSample(
                    "martlet_business_contract_rate",
                    "Contracts for each answered prediction of the last \(days) days.",
                    labels: labels,
                    value: value
                )
            )
        }
        if let value = business.meanAmount {
            samples.append(
                MetricSample(
                    "martlet_business_contract_amount_mean",
                    "The mean amount of the contracts of the last \(days) days that have one.",
                    labels: labels,
                    value: value
                )
            )
        }
        return samples
    }
}
