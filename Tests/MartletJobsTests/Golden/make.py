"""Writes cron.txt: what croniter 7.0.0 (PyPI) says of expressions in zones without summer time.

    python make.py > cron.txt

A line is `expression|zone|start|four ticks after it`, moments in seconds since 1970. Equal to the second.
"""
import zoneinfo
from datetime import datetime

from croniter import croniter

EXPRESSIONS = [
    "0 2 * * *", "*/15 * * * *", "5-10/2 0,12 * * *", "30 6 * * 1-5", "0 0 1 * *", "0 0 29 2 *",
    "15 10 * jan,jul mon", "0 0 13 * 5", "0 9 1-7 * 1", "0 0 31 * *", "59 23 31 12 *", "0 */6 * * *",
    "7 3 * * sun", "0 0 * * 7", "@weekly", "@monthly", "@yearly", "@hourly", "0 8-18/5 * * 1,3,5",
    "0 0 1,15 * *", "23 1 * 2 *", "0 12 */10 * *",
]

for expression in EXPRESSIONS:
    for zone in ["UTC", "Asia/Seoul", "Asia/Kolkata"]:
        for start in ["2026-01-30T23:59:59", "2027-06-15T12:30:00"]:
            base = datetime.fromisoformat(start).replace(tzinfo=zoneinfo.ZoneInfo(zone))
            ticks = croniter(expression, base)
            moments = [str(int(ticks.get_next(datetime).timestamp())) for _ in range(4)]
            print(f"{expression}|{zone}|{int(base.timestamp())}|{' '.join(moments)}")
