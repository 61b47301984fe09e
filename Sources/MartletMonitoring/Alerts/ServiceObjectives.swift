/// What a service promises, and from where on somebody is told.
///
/// The defaults are those of a pricing service: a 95th percentile below 500 ms, less than 1 % errors, an error of the
/// model that does not grow by a fifth.
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
    /// The use of the disk from which somebody is told.
    package var diskShare = 0.8
    /// The number of columns that have drifted from which somebody is told.
    package var driftedColumnCount = 1

    /// Takes the defaults.
    package init() {}
}
