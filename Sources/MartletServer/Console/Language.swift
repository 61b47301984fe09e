/// A language the console speaks.
enum Language: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case korean = "ko"

    /// The language's name in itself.
    var ownName: String {
        switch self {
        case .english: "English"
        case .korean: "한국어"
        }
    }

    /// The best language for an `Accept-Language` header; English when none fits.
    static func preferred(_ header: String?) -> Language {
        var best: (language: Language, weight: Double)?
        for part in (header ?? "").split(separator: ",") {
            let pieces = part.split(separator: ";").map { $0.drop { $0 == " " } }
            guard let tag = pieces.first?.split(separator: "-").first else { continue }
            guard let language = Language(rawValue: tag.lowercased()) else { continue }
            let quality = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if quality > 0, quality > best?.weight ?? 0 { best = (language, quality) }
        }
        return best?.language ?? .english
    }

    /// The phrases of the console in this language.
    var words: Words { Words(language: self) }
}

/// How the console is coloured.
enum Theme: String, Sendable, Hashable, CaseIterable {
    /// As the reader's system is.
    case system
    case light
    case dark
}
