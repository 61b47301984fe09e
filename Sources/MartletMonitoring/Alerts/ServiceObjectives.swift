package import MartletCore

/// What a service promises, and from where on somebody is told.
///
/// The defaults are those of a pricing service: a 95th percentile below 500 ms, less than 1 % errors, an error of the
/// model that does not grow by a fifth, 95 % of loads that succeed, trainings of an hour, deployments without an
/// interruption, and A/B tests of three weeks at most.
package struct ServiceObjectives: Sendable, Hashable {
    /// The 95th percentile that is promised, in seconds.
    package var latencySeconds = 0.5
    /// The 95th percentile from which somebody is told, in seconds.
    package var latencyAlertSeconds = 0.8
    /// The share of failed requests that is promised.
    package var errorShare = 0.01
    /// The share of failed requests from which a release is taken back.
    package var errorAlertShare = 0.03
    /// The growth of the model's error over that at training from which it is trained again.
    package var errorGrowth = 0.2
    /// The used share of disk, memory, CPU and open files from which somebody is told.
    package var diskShare = 0.8
    /// The number of columns that have drifted from which somebody is told.
    package var driftedColumnCount = 1

    /// The share of loads of data that is promised to succeed.
    package var collectionShare = 0.95
    /// The share of loads that succeed below which somebody is told.
    package var collectionAlertShare = 0.9
    /// The share of a batch's rows in quarantine from which somebody is told.
    package var quarantineShare = 0.05
    /// How long a training takes.
    package var trainingTime = TimeSpan.seconds(3_600)
    /// How long a training takes from which somebody is told.
    package var trainingAlertTime = TimeSpan.seconds(7_200)
    /// How long changes of deployment may leave endpoints without an answer in 30 days.
    package var downtime = TimeSpan.seconds(0)
    /// How long an A/B test may go on.
    package var experimentLength = TimeSpan.days(21)

    /// Takes the defaults.
    package init() {}
}
