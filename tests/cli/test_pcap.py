"""`--pcap`: what each host sends and gets, read by a reader of our own, and by tshark where it is.

RONDO names the executable under test; tests/CMakeLists.txt sets it.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RONDO = os.environ.get("RONDO", str(ROOT / "build/bin/rondo"))
SCENARIO = "scenarios/network/lines_over_slow_links.yaml"
EPOCH_NS = 946684800 * 10**9
MS = 10**6
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def ones_sum(data: bytes) -> int:
    """RFC 1071: over data with its checksum in it, 0xffff."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


@dataclass
class Segment:
    t_ns: int
    outbound: bool
    source: tuple[str, int]
    target: tuple[str, int]
    seq: int
    ack: int
    flags: int
    data: bytes


def blocks(data: bytes) -> list[tuple[int, bytes]]:
    """Type and body of each; lengths before and behind are equal, and nothing is left over."""
    found = []
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0 and struct.unpack_from("<I", data, at + length - 4)[0] == length
        found.append((kind, data[at + 8:at + length - 4]))
        at += length
    assert at == len(data)
    return found


def options(data: bytes) -> dict[int, bytes]:
    """By code, up to the end of options."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        code, length = struct.unpack_from("<HH", data, at)
        if code == 0:
            break
        found[code] = data[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4
    return found


def segment(t_ns: int, outbound: bool, packet: bytes) -> Segment:
    """A TCP segment in an IPv4 datagram; lengths and checksums are right."""
    assert packet[0] == 0x45 and packet[9] == 6
    assert struct.unpack_from(">H", packet, 2)[0] == len(packet)
    assert ones_sum(packet[:20]) == 0xffff
    tcp = packet[20:]
    assert ones_sum(packet[12:20] + struct.pack(">HH", 6, len(tcp)) + tcp) == 0xffff
    source, target = (".".join(map(str, packet[i:i + 4])) for i in (12, 16))
    ports = struct.unpack_from(">HH", tcp)
    seq, ack = struct.unpack_from(">II", tcp, 4)
    return Segment(t_ns, outbound, (source, ports[0]), (target, ports[1]), seq, ack, tcp[13],
                   tcp[(tcp[12] >> 4) * 4:])


def check_datagram(packet: bytes) -> None:
    """Of UDP in IPv4: lengths and checksums are right."""
    udp = packet[20:]
    assert struct.unpack_from(">H", packet, 2)[0] == len(packet)
    assert struct.unpack_from(">H", udp, 4)[0] == len(udp)
    assert ones_sum(packet[:20]) == 0xffff
    assert ones_sum(packet[12:20] + struct.pack(">HH", 17, len(udp)) + udp) == 0xffff


def read(path: Path) -> tuple[str, list[Segment]]:
    """The name of the interface, and the segments that went over it."""
    (section, head), (interface, about), *packets = blocks(path.read_bytes())
    assert (section, interface) == (0x0a0d0d0a, 1)
    assert struct.unpack_from("<IHH", head) == (0x1a2b3c4d, 1, 0)
    assert struct.unpack_from("<H", about)[0] == 101
    assert options(about[8:])[9] == b"\x09"
    segments = []
    for kind, body in packets:
        assert kind == 6
        _, high, low, caught, size = struct.unpack_from("<IIIII", body)
        assert caught == size
        flags = struct.unpack("<I", options(body[20 + (size + 3) // 4 * 4:])[2])[0]
        if body[29] == 17:
            check_datagram(body[20:20 + size])
            continue
        segments.append(segment((high << 32 | low) - EPOCH_NS, flags == 2, body[20:20 + size]))
    return options(about[8:])[2].decode(), segments


class Pcap(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def record(self, scenario: str) -> dict[str, list[Segment]]:
        """What each host saw."""
        result = subprocess.run([RONDO, "run", "--pcap", str(self.folder), scenario], cwd=ROOT,
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.said = result.stdout
        return dict(read(path) for path in sorted(self.folder.glob("**/*.pcapng")))

    def test_each_host_has_a_file_in_virtual_time(self) -> None:
        seen = self.record(SCENARIO)
        self.assertEqual(sorted(seen), ["far", "near", "server"])
        for name, segments in seen.items():
            self.assertIn(f"lines_over_slow_links-{name}.pcapng: {len(segments)} packets", self.said)
            times = [s.t_ns for s in segments]
            self.assertEqual(times, sorted(times))
        first = seen["near"][0]
        self.assertEqual((first.t_ns, first.outbound, first.flags), (0, True, SYN))
        there = seen["server"][0]
        self.assertEqual((there.t_ns, there.outbound), (50 * MS, False))
        self.assertEqual((there.source, there.target, there.seq),
                         (first.source, first.target, first.seq))
        self.assertEqual(first.target[0], "10.0.0.1")

    def test_a_connection_opens_and_its_positions_go_on_from_there(self) -> None:
        segments = self.record(SCENARIO)["near"]
        client = segments[0].source
        self.assertEqual([s.flags for s in segments[:3]], [SYN, SYN | ACK, ACK])
        self.assertEqual(segments[1].ack, (segments[0].seq + 1) % 2**32)
        streams = {True: b"", False: b""}
        expected = {s.outbound: (s.seq + 1) % 2**32 for s in segments[:2]}
        for s in segments[2:]:
            self.assertEqual(s.outbound, s.source == client)
            self.assertEqual(s.seq, expected[s.outbound])
            if s.outbound:  # whatever has come is acknowledged
                self.assertEqual(s.ack, expected[False])
            streams[s.outbound] += s.data
            expected[s.outbound] = (s.seq + len(s.data) + bool(s.flags & FIN)) % 2**32
        self.assertEqual(streams, {True: b"one\ntwo\n", False: b"1: one\n2: two\n"})

    def test_nobody_is_there_and_that_is_said(self) -> None:
        asked, answer = self.record("scenarios/guide/stream_client_refused.yaml")["localhost"]
        self.assertEqual((asked.flags, answer.flags), (SYN, RST | ACK))
        self.assertEqual(answer.ack, (asked.seq + 1) % 2**32)
        self.assertEqual((answer.source, answer.target), (asked.target, asked.source))

    def test_a_file_that_cannot_be_written_is_named(self) -> None:
        (self.folder / "network").write_text("in the way", encoding="utf-8")
        result = subprocess.run([RONDO, "run", "--pcap", str(self.folder), SCENARIO], cwd=ROOT,
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("lines_over_slow_links-near.pcapng: Not a directory\n", result.stdout)

    def test_where_there_are_no_packets_it_is_refused(self) -> None:
        for arguments in (["explore"], ["run", "--live"]):
            result = subprocess.run([RONDO, *arguments, "--pcap", str(self.folder), SCENARIO], cwd=ROOT,
                                    capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn("rondo: --pcap is for run and replay, in simulation;", result.stderr)

    def test_what_is_replayed_is_written_too(self) -> None:
        tape = next(ROOT.glob("scenarios/regressions/*.tape"))
        result = subprocess.run([RONDO, "replay", "--pcap", str(self.folder), str(tape)], cwd=ROOT,
                                capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("departures fit", result.stdout)
        self.assertEqual(list(self.folder.glob("**/*.pcapng")), [])  # it has no wires

    @unittest.skipUnless(shutil.which("tshark"), "there is no tshark here")
    def test_tshark_reads_every_file_without_complaint(self) -> None:
        for scenario in (SCENARIO, "scenarios/guide/stream_echo.yaml",
                         "scenarios/guide/stream_drain_waits.yaml"):
            self.record(scenario)
        paths = sorted(self.folder.glob("**/*.pcapng"))
        self.assertGreater(len(paths), 4)
        for path in paths:  # what programs say to each other is no protocol that it knows
            result = subprocess.run(
                ["tshark", "-r", str(path), "-o", "ip.check_checksum:TRUE", "-o",
                 "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y",
                 "(_ws.malformed && !tcp.payload && !udp.payload) || tcp.analysis.ack_lost_segment || "
                 "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0"],
                capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((result.returncode, result.stdout), (0, ""), path)


if __name__ == "__main__":
    unittest.main()
