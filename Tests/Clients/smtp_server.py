"""A mail server for tests: prints its port, then each letter as a line of JSON.

smtp_server.py [--tls CERT KEY] [--auth USER PASSWORD] [--raw SCRIPT]

Recipients that begin with "nobody" are refused. With --raw it is no mail server: to each line that it reads it says the
next of the lines in SCRIPT, which are divided by "|".
"""

import argparse
import asyncio
import base64
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


def say(value):
    print(json.dumps(value), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 there is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        say(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "content": base64.b64encode(envelope.original_content).decode(),
                "tls": session.ssl is not None,
                "user": session.auth_data,
            }
        )
        return "250 2.0.0 kept"


async def raw(reader, writer, lines):
    for line in lines:
        writer.write(line.encode().decode("unicode_escape").encode())
        await writer.drain()
        if not await reader.readline():
            break
    writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--auth", nargs=2)
    parser.add_argument("--raw")
    options = parser.parse_args()
    settings = {}
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        settings |= {"tls_context": context, "require_starttls": True}
    if options.auth:
        wanted = [part.encode() for part in options.auth]

        def check(server, session, envelope, mechanism, data):
            good = [data.login, data.password] == wanted
            return AuthResult(success=good, handled=good, auth_data=data.login.decode() if good else None)

        settings |= {"authenticator": check, "auth_required": True}
    loop = asyncio.get_running_loop()
    if options.raw:
        lines = options.raw.split("|")
        server = await asyncio.start_server(lambda r, w: raw(r, w, lines), "127.0.0.1", 0)
    else:
        server = await loop.create_server(lambda: SMTP(Handler(), **settings), "127.0.0.1", 0)
    say({"port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()


asyncio.run(main())
