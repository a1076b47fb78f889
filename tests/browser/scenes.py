"""Walls of every kind, as the service would send them: for page-only tests and pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from monitor.counting import counted

Json = dict[str, Any]

UNITS = {"HR": "/min", "SpO2": "%", "RR": "/min", "EtCO2": "mmHg", "T": "°C"}
LIMITS = {"HR": ("120", "50"), "SpO2": ("", "92"), "RR": ("30", "8"), "T": ("", "")}
STAFF = [
    {"id": "rk", "name": "R. Kessler", "role": "nurse"},
    {"id": "am", "name": "A. Moreau", "role": "nurse"},
    {"id": "js", "name": "J. Silva", "role": "clinician"},
]
PIN = "246810"
PHASES = {
    "READY": ("PREPARE", ["BASELINE", "CLOSED"]),
    "BASELINE": ("BASELINE", ["INFUSION", "CLOSED"]),
    "INFUSING": ("INFUSION", ["RECOVERY"]),
    "RECOVERY": ("RECOVERY", ["CLOSED"]),
}


def slot(vital: str, text: str, state: str = "valid", **more: Any) -> Json:
    """One continuous value."""
    high, low = LIMITS.get(vital, ("", ""))
    base = {
        "vital": vital,
        "label": vital,
        "unit": UNITS[vital],
        "text": text,
        "state": state,
        "note": "",
        "limits": {"low": low, "high": high},
        "arrow": "",
        "priority": "",
        "source": "ECG" if vital == "HR" else "",
        "pending": False,
    }
    return base | more


def nibp(text: str = "118/70", mean: str = "(86)", state: str = "valid", **more: Any) -> Json:
    """A cuff reading."""
    base = {
        "text": text,
        "mean": mean,
        "change": "",
        "time": "14:05",
        "age": "2 min ago",
        "next": "next in 02:41",
        "state": state,
        "note": "",
        "priority": "",
        "limits": {"low": "90", "high": "160"},
    }
    return base | more


def alarm(chair: str, priority: str, text: str, state: str = "ACTIVE_UNACK", **more: Any) -> Json:
    """One open alarm."""
    marks = {"HIGH": "!!!", "MEDIUM": "!!", "LOW": "!"}[priority]
    base = {
        "id": f"s-{chair}/{text}",
        "priority": priority,
        "state": state,
        "marks": marks,
        "text": text,
        "onset": "14:06:51",
        "onset_ms": 1_772_460_411_000,
        "acknowledged": "",
        "superseded": False,
        "technical": False,
        "condition": "SPO2-2",
        "can_acknowledge": state != "ACTIVE_ACK",
        "can_suspend": False,
        "can_end": False,
        "suspended": "",
    }
    return base | more


def tile(label: str, state: str = "INFUSING", **more: Any) -> Json:
    """One chair; quiet and well unless told otherwise."""
    session = None
    if state in PHASES:
        phase, following = PHASES[state]
        session = {
            "id": f"s-{label}",
            "phase": phase,
            "since_ms": 0,
            "next_phases": following,
            "limits_set": [],
            "settings_changed": "",
            "settings_differ": "",
        }
    place = int(label)
    base = {
        "chair": label,
        "label": label,
        "state": state,
        "offline": "",
        "patient": f"{chr(65 + place % 26)}.{chr(65 + place * 7 % 26)}." if session else "",
        "mode": "demo",
        "session": session,
        "halted": "",
        "due": [],
        "clock": {"INFUSING": "00:23/00:40", "RECOVERY": "00:12"}.get(state, ""),
        "slots": [
            slot("HR", str(64 + place * 5 % 30)),
            slot("SpO2", str(95 + place % 5)),
            slot("RR", str(11 + place % 6)),
        ],
        "nibp": nibp(),
        "alarms": [],
        "audio_paused": "",
        "suspended": [],
        "standby": "",
        "going": "",
        "watcher": "",
        "watcher_id": "",
        "sound": "",
        "priority": "",
        "flash": False,
    }
    return base | more


def alarming(label: str, alarms: list[Json], **more: Any) -> Json:
    """A chair with alarms, the worst first."""
    worst = alarms[0]["priority"]
    loud = any(one["state"] == "ACTIVE_UNACK" for one in alarms)
    base = {
        "alarms": alarms,
        "priority": worst,
        "sound": worst if loud else "",
        "flash": loud and worst != "LOW",
    }
    return tile(label, **(base | more))


def desaturating(label: str) -> Json:
    """HIGH: SpO2 84, with a second alarm behind it."""
    return alarming(
        label,
        [alarm(label, "HIGH", "SpO2 84 < 88"), alarm(label, "MEDIUM", "HR 131 > 120")],
        slots=[
            slot("HR", "131", arrow="↑", priority="MEDIUM"),
            slot("SpO2", "84", arrow="↓↓", priority="HIGH"),
            slot("RR", "10"),
        ],
        nibp=nibp("141/88", "(106)", time="14:00", age="7 min ago"),
    )


def hypertensive(label: str) -> Json:
    """MEDIUM: a cuff reading over its limit."""
    return alarming(
        label,
        [alarm(label, "MEDIUM", "SBP 172 > 160")],
        nibp=nibp("172/104", "(127)", priority="MEDIUM"),
    )


def acknowledged(label: str) -> Json:
    """MEDIUM, seen by a nurse: steady."""
    seen = alarm(label, "MEDIUM", "HR 128 > 120", "ACTIVE_ACK", acknowledged="ack R. Kessler 14:02")
    return alarming(label, [seen], slots=[slot("HR", "128", arrow="↑"), slot("SpO2", "97")])


def probe_off(label: str) -> Json:
    """LOW technical: the finger probe is off."""
    off = alarm(label, "LOW", "SpO2 probe off", technical=True, condition="T-PROBE")
    invalid = slot("SpO2", "-?-", "invalid", note="probe off")
    return alarming(label, [off], slots=[slot("HR", "72"), invalid, slot("RR", "14")])


def offline(label: str) -> Json:
    """The monitor is silent."""
    gone = alarm(label, "MEDIUM", "monitor offline", technical=True, condition="T-LINK")
    slots = [slot(vital, "--", "stale", note="no data 00:34") for vital in ("HR", "SpO2", "RR")]
    return alarming(
        label,
        [gone],
        offline="MONITOR OFFLINE 00:34",
        slots=slots,
        nibp=nibp(state="ageing", next=""),
    )


def ageing(label: str) -> Json:
    """The last values are 7 s old."""
    slots = [slot(v, t, "ageing", note="7 s") for v, t in (("HR", "71"), ("SpO2", "97"))]
    return tile(label, slots=slots)


def doubtful(label: str) -> Json:
    """The oximeter doubts its own number."""
    slots = [
        slot("HR", "100"),
        slot("SpO2", "100?", "questionable", note="low perfusion"),
        slot("RR", "14"),
    ]
    return tile(label, "RECOVERY", slots=slots)


def ready(label: str) -> Json:
    """Seated, nothing measured yet."""
    slots = [slot(vital, "---", "waiting", note="waiting") for vital in ("HR", "SpO2", "RR")]
    unmeasured = nibp("---/---", "", "waiting", time="", age="", next="", note="waiting")
    return tile(label, "READY", slots=slots, nibp=unmeasured)


def empty(label: str) -> Json:
    """Nobody there."""
    slots = [slot(vital, "---", "waiting") for vital in ("HR", "SpO2")]
    return tile(label, "EMPTY", slots=slots, nibp=nibp("---/---", "", "waiting", age="", next=""))


def old_cuff(label: str) -> Json:
    """A cuff reading past its time, five slots, sound paused."""
    slots = [
        slot("HR", "108"),
        slot("SpO2", "99"),
        slot("RR", "18"),
        slot("EtCO2", "38"),
        slot("T", "36.8"),
    ]
    grey = nibp("188/112", "(137)", "ageing", age="14 min ago", next="overdue 04:10")
    return tile(label, "BASELINE", slots=slots, nibp=grey, audio_paused="1:42")


KINDS: list[Callable[[str], Json]] = [
    hypertensive,
    ready,
    doubtful,
    desaturating,
    empty,
    offline,
    tile,
    acknowledged,
    probe_off,
    old_cuff,
    ageing,
    tile,
]

SCENES: dict[str, Callable[[int], list[Json]]] = {
    "normal": lambda count: [tile(str(n)) for n in range(1, count + 1)],
    "alarm": lambda count: [KINDS[(n - 1) % len(KINDS)](str(n)) for n in range(1, count + 1)],
    "high": lambda count: [
        desaturating("1") if n == 1 else tile(str(n)) for n in range(1, count + 1)
    ],
    "medium": lambda count: [
        hypertensive("1") if n == 1 else tile(str(n)) for n in range(1, count + 1)
    ],
    "many": lambda count: [
        (desaturating if n <= 3 else hypertensive if n <= 6 else tile)(str(n))
        for n in range(1, count + 1)
    ],
}
RANKS = {"HIGH": 3, "MEDIUM": 2, "LOW": 1, "": 0}


def at_second(count: int, second: int) -> Json:
    """A clinic's second: every number moves, alarms come and go in turn, cuffs measure."""
    return around([_tile_at(str(n), second + 41 * n) for n in range(1, count + 1)])


def _tile_at(label: str, second: int) -> Json:
    clock = f"{second // 60 % 60:02d}:{second % 60:02d}"
    heart, oxygen = 64 + second * 7 % 23, 92 + second * 3 % 7
    parts: Json = {
        "clock": f"{clock}/40:00",
        "slots": [
            slot("HR", str(heart)),
            slot("SpO2", str(oxygen), "questionable" if second % 97 == 0 else "valid"),
            slot("RR", str(11 + second % 6)),
        ],
        "nibp": nibp(f"{118 + second // 300 % 40}/{70 + second // 300 % 20}", age=clock),
        "audio_paused": "1:42" if second % 900 < 120 else "",
    }
    turn = second % 600
    if turn >= 60:
        return tile(label, **parts)
    state = "ACTIVE_UNACK" if turn < 30 else "ACTIVE_ACK"
    alarms = [alarm(label, "HIGH", f"SpO2 {oxygen - 10} < 88: go to chair", state)]
    alarms += [alarm(label, "MEDIUM", f"HR {heart + 60} > 120", state)] * (turn < 45)
    return alarming(label, alarms, **parts)


def wall(count: int, scene: str) -> Json:
    """A wall of so many chairs."""
    return around(SCENES[scene](count))


def of_clinic(text: str) -> Json:
    """An alarm of the whole clinic as the strip tells it."""
    return {
        "chair": "",
        "priority": "LOW",
        "text": text,
        "id": "chair:/T-COPY//1",
        "condition": "T-COPY",
        "can_suspend": True,
        "suspended": "",
    }


def around(tiles: list[Json]) -> Json:
    """The wall that holds these tiles."""
    tally = {level: sum(one["priority"] == level for one in tiles) for level in RANKS}
    strip = [
        {
            "chair": one["chair"],
            "priority": first["priority"],
            "text": _in_strip(one["label"], first),
            "id": first["id"],
            "condition": first["condition"],
            "can_suspend": first["can_suspend"],
            "suspended": first["suspended"],
        }
        for one in tiles
        for first in one["alarms"][:1]
    ]
    strip.sort(key=lambda entry: -RANKS[entry["priority"]])
    return {
        "now_ms": 0,
        "clock": "14:07:12",
        "clinic": "Harbour Infusion",
        "mode": "demo",
        "counts": f"{counted(len(tiles), 'chair')}  {tally['HIGH']} high {tally['MEDIUM']} medium",
        "tiles": tiles,
        "strip": strip,
        "sound": max((one["sound"] for one in tiles), key=RANKS.__getitem__),
        "speaker": speaker(),
        "status": [status("warn", "HISTORY COPY BEHIND", "History copy 120 behind (nothing lost)")],
        "version": "0.1.0",
    }


def _in_strip(label: str, one: Json) -> str:
    """What is the matter; what to do then stands at the chair."""
    return f"{label} {one['marks']} {one['text'].split(': ')[0]} {one['onset']}"


def who(person: Json | None) -> Json:
    """Who is signed in at a demo's page."""
    return {
        "person": person,
        "method": "pin" if person else None,
        "left_s": 900.0 if person else 0.0,
        "may": ["care"] if person else [],
        "display": None,
        "pin_is_enough": True,
        "staff": STAFF,
        "published_pin": PIN,
    }


def status(level: str, brief: str, text: str = "") -> Json:
    """What the service says of itself."""
    return {"level": level, "brief": brief, "text": text or brief}


def speaker(**more: Any) -> Json:
    """No display is named: each sounds for itself."""
    base = {"sounds": "", "name": "", "backup": "", "silent": "", "tested_today": True}
    base |= {"unheard": False, "remedy": ""}
    return base | {"tested": "sound last tested 07:58 by A. Moreau (wall)"} | more


def _minutes(now_ms: int, count: int) -> list[Json]:
    """One cuff reading each 5 min, ending now."""
    cuffs = []
    for step in range(count):
        minute = step * 5
        rise = 38 * math.exp(-(((minute - 25) / 18) ** 2))
        valid = step != 3
        cuffs.append(
            {
                "at_ms": now_ms - (count - step) * 300_000,
                "time": f"{13 + minute // 60:02}:{minute % 60:02}",
                "systolic": round(122 + rise) if valid else None,
                "diastolic": round(78 + rise * 0.6) if valid else None,
                "mean": round(93 + rise * 0.7) if valid else None,
                "valid": valid,
                "reason": "" if valid else "cuff failed",
            }
        )
    return cuffs


def _series(from_ms: int, to_ms: int) -> dict[str, Json]:
    """Continuous values each 2 s, with a gap of two minutes and a desaturation."""
    series: dict[str, Json] = {
        vital: {"at_ms": [], "values": [], "quality": []} for vital in ("HR", "SpO2", "RR")
    }
    for at_ms in range(from_ms, to_ms, 2_000):
        minute = (at_ms - from_ms) / 60_000
        if 12 < minute < 14:
            continue
        dip = 13 * math.exp(-(((minute - 22) / 1.5) ** 2))
        values = {
            "HR": 72 + 14 * math.exp(-(((minute - 25) / 15) ** 2)) + math.sin(minute * 3),
            "SpO2": 98 - dip,
            "RR": 13 + math.sin(minute / 3),
        }
        off = 33 < minute < 34
        for vital, value in values.items():
            missing = off and vital == "SpO2"
            series[vital]["at_ms"].append(at_ms)
            series[vital]["values"].append(None if missing else round(value))
            series[vital]["quality"].append(2 if missing else 1 if 8 < minute < 9 else 0)
    return series


def trend(chair: str, now_ms: int, minutes: int) -> Json:
    """A chair's last minutes."""
    start = now_ms - minutes * 60_000
    return {
        "chair": chair,
        "from_ms": start,
        "to_ms": now_ms,
        "series": _series(start, now_ms),
        "nibp": _minutes(now_ms, minutes // 5),
    }


OPENED_MS = 1_772_457_600_000
MINUTE_MS = 60_000


SESSIONS_A_PAGE = 2


def sessions(asked: Mapping[str, str]) -> Json:
    """Three sessions, one open, two a page."""
    found = [
        line
        for line in all_sessions()
        if line["patient"].startswith(asked.get("patient", "").upper())
        and ("unsigned" not in asked or not (line["open"] or line["signed"]))
    ]
    start = int(asked.get("after", "0"))
    page = found[start : start + SESSIONS_A_PAGE]
    more = start + SESSIONS_A_PAGE < len(found)
    return {
        "sessions": page,
        "total": len(found),
        "counted_max": 1_000,
        "next": str(start + SESSIONS_A_PAGE) if more else "",
        "people": [{"id": one["id"], "name": one["name"]} for one in STAFF],
    }


def exports(month: str, looks: int) -> Json:
    """The formats, and a job of two sessions that is ready at the second look."""
    counted = {"total": 2, "done": min(looks, 2), "left_out": [], "failed": ""}
    job = {"title": f"month {month}", **counted}
    ready = {"file": f"chairside-month-{month}.zip", "bytes": 1_234_567} if looks > 1 else {}
    return {
        "formats": [
            {"name": "csv", "title": "CSV", "endings": [".csv"]},
            {"name": "fhir", "title": "FHIR R4 Bundle", "endings": [".fhir.json"]},
        ],
        "job": {**job, "ended": looks > 1, "file": "", "bytes": 0, **ready} if month else None,
    }


def all_sessions() -> list[Json]:
    """Each a line, the newest first."""
    base = session("s-1")
    line = {
        key: base[key] for key in ("id", "chair", "label", "patient", "date", "start", "end")
    } | {
        "phase": "CLOSED",
        "duration": "1 h 30 min",
        "planned_minutes": 40,
        "alarms": "3 (1 !!!)",
        "open": False,
        "infusion": 2,
        "rise": "+45",
        "lowest_spo2": "84",
        "ready": "52 min",
        "signed": False,
    }
    running = line | {"id": "s-3", "phase": "INFUSION", "end": "", "open": True, "patient": "T.V."}
    running |= {"rise": "", "lowest_spo2": "", "ready": ""}
    return [running, line | {"id": "s-2", "patient": "K.L.", "signed": True}, line]


def session(name: str) -> Json:
    """One closed session of an hour and a half."""
    infusion = OPENED_MS + 15 * MINUTE_MS
    ended = infusion + 40 * MINUTE_MS
    closed = OPENED_MS + 90 * MINUTE_MS
    edges = [OPENED_MS, OPENED_MS + 5 * MINUTE_MS, infusion, ended, closed]
    names = ["PREPARE", "BASELINE", "INFUSION", "RECOVERY"]
    times = ["13:20", "13:25", "13:35", "14:15"]
    return {
        "id": name,
        "chair": "4",
        "label": "4",
        "patient": "R.S.",
        "mode": "demo",
        "date": "2026-03-02",
        "start": "13:20",
        "end": "14:50",
        "opened_ms": OPENED_MS,
        "closed_ms": closed,
        "infusion_start_ms": infusion,
        "infusion_end_ms": ended,
        "planned_minutes": 40,
        "utc_offset_min": 0,
        "phases": [
            {"phase": phase, "from_ms": edges[n], "to_ms": edges[n + 1], "time": times[n]}
            for n, phase in enumerate(names)
        ],
        "facts": [
            {"at_ms": infusion, "time": "13:35:00", "text": "Infusion", "actor": "R. Kessler"},
            {"at_ms": ended, "time": "14:15:00", "text": "Recovery", "actor": "R. Kessler"},
        ],
        "summary": [
            {"label": "Peak BP", "text": "160/101 at 25 min"},
            {"label": "SpO2 min", "text": "85 (valid 96 %)"},
            {"label": "Alarms", "text": "3 (1 !!!)"},
        ],
    }


def history(chair: str, priority: str) -> Json:
    """Past alarms, newest first."""
    onset = OPENED_MS + 37 * MINUTE_MS
    rows = [
        ("4", "HIGH", "SpO2 84 < 88", "84", "88", "RESOLVED", onset, "00:48"),
        ("1", "MEDIUM", "SBP 172 > 160", "172", "160", "ACTIVE_ACK", onset - 109_000, "05:10"),
        ("6", "MEDIUM", "monitor offline", "", "", "RESOLVED", onset - 310_000, "00:34"),
        ("4", "LOW", "SpO2 probe off", "", "", "LATCHED_UNACK", onset - 600_000, "01:02"),
    ]
    alarms = [
        {
            "id": f"s-{place}/{text}",
            "session": f"s-{place}",
            "chair": place,
            "label": place,
            "patient": "R.S.",
            "priority": level,
            "marks": {"HIGH": "!!!", "MEDIUM": "!!", "LOW": "!"}[level],
            "text": text,
            "technical": not worst,
            "onset": "14:06:51",
            "date": "2026-03-02",
            "onset_ms": at_ms,
            "duration": lasted,
            "ended_ms": at_ms + 48_000 if state == "RESOLVED" else None,
            "state": state,
            "worst": worst,
            "limit": limit,
            "acknowledged_by": "R. Kessler" if worst else "",
            "acknowledged_after": "9 s" if worst else "",
            "acknowledged_as": "drug given" if level == "MEDIUM" and worst else "",
            "paused": "1x" if level == "MEDIUM" else "",
        }
        for place, level, text, worst, limit, state, at_ms, lasted in rows
        if chair in ("", place) and priority in ("", level)
    ]
    return {"alarms": alarms, "since": "2026-02-20 08:15"}


def why(name: str) -> Json:
    """What an alarm rests on."""
    step = {"time": "14:07:03", "priority": "HIGH", "value": 84.0, "limit": 88.0, "note": ""}
    return {
        "id": name,
        "condition": "SPO2-2",
        "rule": "SpO2 is below its limit",
        "unit": "%",
        "preset": "4f2a9c0d11e5aa77",
        "message": "SpO2 84 < 88: check airway, probe",
        "limit": 88.0,
        "baseline": None,
        "onset": "14:06:51",
        "fired_count": 10,
        "fired_by": [
            {"vital": "SpO2", "label": "SpO2", "time": "14:06:51", "value": 86.0, "unit": "%"},
            {"vital": "SpO2", "label": "SpO2", "time": "14:07:01", "value": 84.0, "unit": "%"},
        ],
        "steps": [
            step
            | {"happened": "it lasted as long as its delay", "stands": "on, not seen yet"}
            | {"actor": ""},
            step
            | {"happened": "acknowledged", "stands": "on, acknowledged"}
            | {"time": "14:07:12", "actor": "R. Kessler", "note": "probe repositioned"},
        ],
    }
