import Foundation
import MartletCore
import MartletMonitoring
import MartletTracking

/// What is said to a mail server, step by step; pure, so that every turn can be tried.
///
/// - Source: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 4616 (PLAIN).
struct SMTPConversation {
    /// What is done next.
    enum Step: Hashable {
        /// This line is sent, and a reply awaited.
        case say(String)
        /// The connection is made secret; then ``SMTPConversation/didSecure()``.
        case secure
        /// These bytes are sent as they are, and a reply awaited.
        case hand(String)
        /// It is over; `quit` is said without waiting.
        case end(WebhookOutcome)
    }

    private enum State: Hashable {
        case greeting, hello, startTLS, securing, plain, loginUser, loginPassword, sender
        case recipient(Int)
        case data, letter, over
    }

    private let mail: AlertMail
    private let ownName: String
    private var state = State.greeting
    private var isSecure: Bool
    private var refused: [Int] = []
    /// The server's last reply that was no success.
    private var complaint: SMTPReply?

    /// Hands in `mail`; `ownName` is how this machine calls itself, such as `[127.0.0.1]`.
    init(_ mail: AlertMail, ownName: String) {
        self.mail = mail
        self.ownName = ownName
        self.isSecure = mail.server.security == .implicit
    }

    /// Takes a reply in.
    mutating func receive(_ reply: SMTPReply) -> Step {
        if !reply.isPositive { self.complaint = reply }
        switch self.state {
        case .greeting:
            guard reply.code == 220 else { return self.fail("does not take mail now", reply) }
            return self.sayHello()
        case .hello: return self.greeted(reply)
        case .startTLS:
            guard reply.code == 220 else { return self.fail("refused to make the connection secret", reply) }
            self.state = .securing
            return .secure
        case .securing, .over: return self.fail("spoke out of turn", reply)
        case .loginUser:
            guard reply.code == 334 else { return self.fail("did not let the user sign in", reply) }
            self.state = .loginPassword
            return .say(Self.base64(self.mail.server.user ?? ""))
        case .loginPassword:
            guard reply.code == 334 else { return self.fail("did not let the user sign in", reply) }
            self.state = .plain
            return .say(Self.base64(self.mail.server.password?.text ?? ""))
        case .plain:
            guard reply.code == 235 else { return self.fail("did not let the user sign in", reply) }
            return self.begin()
        case .sender:
            guard reply.code == 250 else { return self.fail("refused the sender", reply) }
            return self.name(0)
        case .recipient(let index):
            if ![250, 251, 252].contains(reply.code) { self.refused.append(index) }
            return self.name(index + 1)
        case .data:
            guard reply.code == 354 else { return self.fail("refused the letter", reply) }
            self.state = .letter
            return .hand(MailText.stuffed(MailText.text(self.mail)) + ".\r\n")
        case .letter:
            guard reply.code == 250 else { return self.fail("refused the letter", reply) }
            self.state = .over
            return .end(WebhookOutcome(status: 250, body: self.answer(reply)))
        }
    }

    /// Goes on when the connection has become secret; what the server said before counts for nothing.
    mutating func didSecure() -> Step {
        self.isSecure = true
        return self.sayHello()
    }

    private mutating func sayHello() -> Step {
        self.state = .hello
        return .say("EHLO \(self.ownName)")
    }

    private mutating func greeted(_ reply: SMTPReply) -> Step {
        guard reply.code == 250 else { return self.fail("did not answer EHLO", reply) }
        if self.mail.server.security == .startTLS, !self.isSecure {
            guard reply.offers("STARTTLS") else {
                return self.give(
                    "the mail server offers no STARTTLS; write tls: implicit, or tls: none for a server on this machine"
                )
            }
            self.state = .startTLS
            return .say("STARTTLS")
        }
        guard let user = self.mail.server.user else { return self.begin() }
        // A password leaves only over a secret connection.
        guard self.isSecure else { return self.give("the connection is not secret, so the password was not sent") }
        let mechanisms = reply.words(of: "AUTH") ?? []
        if mechanisms.contains("PLAIN") {
            self.state = .plain
            return .say("AUTH PLAIN \(Self.base64("\0\(user)\0\(self.mail.server.password?.text ?? "")"))")
        }
        if mechanisms.contains("LOGIN") {
            self.state = .loginUser
            return .say("AUTH LOGIN")
        }
        return self.give("the mail server lets nobody sign in by PLAIN or LOGIN")
    }

    private mutating func begin() -> Step {
        self.state = .sender
        return .say("MAIL FROM:<\(self.mail.sender)>")
    }

    private mutating func name(_ index: Int) -> Step {
        guard index < self.mail.recipients.count else {
            guard self.refused.count < self.mail.recipients.count else {
                return self.fail("refused every recipient", self.complaint ?? SMTPReply(code: 550, lines: []))
            }
            self.state = .data
            return .say("DATA")
        }
        self.state = .recipient(index)
        return .say("RCPT TO:<\(self.mail.recipients[index])>")
    }

    private func answer(_ reply: SMTPReply) -> String {
        let text = reply.lines.joined(separator: " ")
        guard !self.refused.isEmpty else { return text }
        let names = self.refused.map { self.mail.recipients[$0] }.joined(separator: ", ")
        return "\(text) (refused for \(names): \(self.complaint?.code ?? 550))"
    }

    /// Ends with a reply that is no success; the number says whether another try may help.
    private mutating func fail(_ what: String, _ reply: SMTPReply) -> Step {
        self.state = .over
        let status = (400..<600).contains(reply.code) ? reply.code : nil
        let failure = "the mail server \(what): \(reply.code) \(reply.lines.first ?? "")"
        return .end(WebhookOutcome(status: status, failure: String(failure.prefix(300))))
    }

    /// Ends with something that no other try will mend.
    private mutating func give(_ failure: String) -> Step {
        self.state = .over
        return .end(WebhookOutcome(status: 530, failure: failure))
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
