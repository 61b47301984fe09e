package import MartletCore

/// What a running server tells somebody of.
///
/// The order of the cases is that of causes: on one thing, and along the way of the data, an earlier one leads to a later
/// one and never the other way round.
package enum AlertRule: String, Sendable, Hashable, Codable, CaseIterable {
    case diskFills = "DiskFills"
    case filesRunOut = "FilesRunOut"
    case memoryFills = "MemoryFills"
    case processorBusy = "ProcessorBusy"
    case schemaChanged = "SchemaChanged"
    case sourceFails = "SourceFails"
    case gateFailed = "GateFailed"
    case rowsQuarantined = "RowsQuarantined"
    case fallbackInUse = "FallbackInUse"
    case collectionFails = "CollectionFails"
    case jobFailed = "JobFailed"
    case jobLate = "JobLate"
    case sourceStale = "SourceStale"
    case featuresStale = "FeaturesStale"
    case trainingSlow = "TrainingSlow"
    case experimentTooLong = "ExperimentTooLong"
    case inputsDrifted = "InputsDrifted"
    case errorExpectedToGrow = "ErrorExpectedToGrow"
    case errorGrew = "ErrorGrew"
    case variantOut = "VariantOut"
    case requestsFail = "RequestsFail"
    case slow = "Slow"
    case deploymentInterrupts = "DeploymentInterrupts"
    case budgetBurnsNow = "BudgetBurnsNow"
    case budgetBurnsFast = "BudgetBurnsFast"
    case budgetBurns = "BudgetBurns"
    case budgetBurnsSlowly = "BudgetBurnsSlowly"

    /// What a rule is about; says which can lead to which.
    package enum Family: Sendable, Hashable {
        case host, data, jobs, service
        /// Leads to nothing, and comes of nothing but a host that is used up.
        case alone
    }

    /// What it is about.
    package var family: Family {
        switch self {
        case .diskFills, .filesRunOut, .memoryFills, .processorBusy: .host
        case .jobFailed, .jobLate: .jobs
        case .trainingSlow, .experimentTooLong: .alone
        case .variantOut, .requestsFail, .slow, .deploymentInterrupts, .budgetBurnsNow, .budgetBurnsFast, .budgetBurns,
            .budgetBurnsSlowly:
            .service
        default: .data
        }
    }

    /// Whether `self` may lead to `other`, which is about the same thing or made from it.
    package func leads(to other: AlertRule) -> Bool {
        guard self.order < other.order else { return false }
        switch (self.family, other.family) {
        case (.data, .data), (.data, .jobs), (.host, .service): return true
        // An endpoint's faults spread over nothing but itself: see the subjects.
        case (.service, .service): return true
        case (.host, _): return other == .trainingSlow
        // A job that fails leaves its data as old as it was, and no worse.
        case (.jobs, _): return other == .sourceStale || other == .featuresStale
        default: return false
        }
    }

    /// The priority unless `slo.yaml` says another.
    package var priority: AlertPriority {
        switch self {
        case .requestsFail, .budgetBurnsNow: .p0
        case .slow, .variantOut, .budgetBurnsFast, .errorGrew, .sourceFails, .gateFailed, .collectionFails,
            .deploymentInterrupts:
            .p1
        case .rowsQuarantined, .experimentTooLong, .budgetBurnsSlowly: .p3
        default: .p2
        }
    }

    /// How long it must be so before somebody is told.
    package var holds: TimeSpan {
        switch self {
        case .requestsFail: .seconds(60)
        case .slow: .seconds(300)
        case .diskFills, .filesRunOut, .memoryFills, .processorBusy: .seconds(600)
        default: .seconds(0)
        }
    }

    /// What to look at and what to do.
    package var runbook: String {
        switch self {
        case .diskFills: AlertCatalog.runbook("MartletDiskFills")
        case .filesRunOut: AlertCatalog.runbook("MartletFilesRunOut")
        case .memoryFills: AlertCatalog.runbook("MartletMemoryFills")
        case .processorBusy: AlertCatalog.runbook("MartletProcessorBusy")
        case .schemaChanged:
            "martlet ingest schema shows what is different; accept it there, or have the source mended."
        case .sourceFails:
            "Look at the source's address, key and program; martlet ingest NAME tries again and says what fails."
        case .gateFailed:
            "Nothing of the batch was loaded. martlet ingest NAME says which rule it breaks: have the source mended, or "
                + "change the rule in sources/ when the world has changed."
        case .rowsQuarantined:
            "martlet quarantine list shows the rows and their rules; repair and re-admit, or discard."
        case .fallbackInUse: "The data came from the fallback. Mend the source; the next load comes from there again."
        case .collectionFails: "martlet jobs list --phase failed and the ledger (martlet ledger show) say what failed."
        case .jobFailed:
            "martlet jobs show ID says which step failed and why; martlet jobs retry ID goes on from there."
        case .jobLate: "No process carries jobs out, or they are stuck: martlet jobs list --phase running."
        case .sourceStale, .featuresStale:
            AlertCatalog.runbook("MartletDataStale")
        case .trainingSlow: "martlet jobs list shows what it waits for; fewer rounds or a smaller grid make it shorter."
        case .experimentTooLong:
            "martlet experiment status shows what is known so far. Decide with it: more time adds little, and the losing "
                + "variant costs every day."
        case .inputsDrifted, .errorExpectedToGrow, .errorGrew, .variantOut, .requestsFail, .slow, .budgetBurnsNow,
            .budgetBurnsFast, .budgetBurns, .budgetBurnsSlowly:
            AlertCatalog.runbook("Martlet\(self.rawValue)")
        case .deploymentInterrupts:
            "A change of deployment left the endpoint without an answer. martlet release status says what was done; the "
                + "server's standard error why."
        }
    }
}
