import MartletTracking

/// Names for runs whose creator gave none: two words and a number, such as `brisk-heron-214`.
enum RunNames {
    private static let moods = [
        "able", "amber", "bold", "brisk", "calm", "clever", "crisp", "deft", "eager", "fair", "fleet", "gentle", "glad",
        "grand", "keen", "kind", "light", "lively", "lucid", "mellow", "merry", "nimble", "noble", "patient", "plucky",
        "quick", "quiet", "ready", "sharp", "silver", "steady", "swift",
    ]
    private static let birds = [
        "avocet", "bittern", "bunting", "crake", "crane", "curlew", "dipper", "dunlin", "egret", "finch", "godwit",
        "grebe", "heron", "hoopoe", "ibis", "jay", "kestrel", "kite", "lark", "linnet", "martlet", "merlin", "oriole",
        "osprey", "petrel", "plover", "quail", "rail", "shrike", "siskin", "swallow", "wren",
    ]

    /// The name that the random digits of `id` pick.
    static func name(for id: RunID) -> String {
        let digits = UInt32(id.description.prefix(8), radix: 16) ?? 0
        let mood = Self.moods[Int(digits % 32)]
        let bird = Self.birds[Int(digits / 32 % 32)]
        return "\(mood)-\(bird)-\(digits / 1_024 % 900 + 100)"
    }
}
