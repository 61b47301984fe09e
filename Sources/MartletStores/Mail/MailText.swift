import Foundation
import MartletCore
import MartletMonitoring

/// A letter in the form that mail has.
///
/// - Source: RFC 5322 (format), RFC 2045 (quoted-printable), RFC 2047 (encoded words in headers).
enum MailText {
    /// The bytes of `mail`, every line ended by CR LF and none longer than 76 bytes.
    static func text(_ mail: AlertMail) -> String {
        var lines = ["Date: \(Self.date(mail.at))", "From: Martlet <\(mail.sender)>"]
        lines.append("To: " + mail.recipients.map { "<\($0)>" }.joined(separator: ",\r\n "))
        lines.append(Self.header("Subject", mail.subject))
        lines.append("Message-ID: <\(mail.id)>")
        lines.append("References: <\(mail.thread)>")
        lines.append("Auto-Submitted: auto-generated")
        lines.append("MIME-Version: 1.0")
        lines.append("Content-Type: text/plain; charset=utf-8")
        lines.append("Content-Transfer-Encoding: quoted-printable")
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + Self.quotedPrintable(mail.text)
    }

    /// A header whose text may hold any character; line ends in it become spaces, so that it stays one header.
    static func header(_ name: String, _ text: String) -> String {
        let clean = String(text.map { $0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? " " : $0 })
        let isPlain = clean.utf8.allSatisfy { (32...126).contains($0) } && !clean.contains("=?")
        if isPlain, name.utf8.count + 2 + clean.utf8.count <= 76 { return "\(name): \(clean)" }
        // Each word holds whole characters; 12 bytes stand around it, and three bytes are four in base 64.
        let limit = (76 - name.utf8.count - 2 - 12) / 4 * 3
        var (words, piece) = ([String](), "")
        for scalar in clean.unicodeScalars {
            if piece.utf8.count + UTF8.width(scalar) > limit {
                words.append(piece)
                piece = ""
            }
            piece.unicodeScalars.append(scalar)
        }
        words.append(piece)
        return "\(name): "
            + words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// Text whose bytes beyond printable ASCII are written as `=E2`, its lines broken at 76 bytes.
    static func quotedPrintable(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let bytes = Array(line.utf8).filter { $0 != 13 }
            var count = 0
            for (index, byte) in bytes.enumerated() {
                // A space at the end of a line gets lost on the way.
                let isLast = index == bytes.count - 1
                let isPlain = (33...126).contains(byte) && byte != 61 || (byte == 32 || byte == 9) && !isLast
                let piece =
                    isPlain
                    ? String(UnicodeScalar(byte)) : "=\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
                if count + piece.utf8.count > 75 {
                    result += "=\r\n"
                    count = 0
                }
                result += piece
                count += piece.utf8.count
            }
            result += "\r\n"
        }
        // The split leaves an empty line behind a last line end.
        if text.hasSuffix("\n") { result.removeLast() }
        return result
    }

    /// A line that begins with a dot gets a second one, as a line of one dot ends the letter.
    static func stuffed(_ text: String) -> String {
        text.split(separator: "\r\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(".") ? "." + $0 : String($0) }.joined(separator: "\r\n")
    }

    private static func date(_ moment: EventTime) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let seconds = Int((Double(moment.microseconds) / 1_000_000).rounded(.down))
        let day = Int((Double(seconds) / 86_400).rounded(.down))
        // The parts of `2026-11-21T10:15:00Z`.
        let text = EventTime(microseconds: Int64(seconds) * 1_000_000).description
        let parts = text.split(whereSeparator: { "-T:Z.+".contains($0) }).compactMap { Int($0) }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        guard parts.count >= 6, (1...12).contains(parts[1]) else { return text }
        return "\(days[((day % 7) + 7) % 7]), \(two(parts[2])) \(months[parts[1] - 1]) \(parts[0]) "
            + "\(two(parts[3])):\(two(parts[4])):\(two(parts[5])) +0000"
    }
}
