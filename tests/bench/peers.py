"""Some rows of rondo-bench on CPython's asyncio, and on uvloop where it is installed.

CPU time of this process for one operation, the median and the extremes of interleaved rounds, as in
measure.c; a first round is not kept. The programs are those of work.c, in Python.
"""

import argparse
import asyncio
import json
import statistics
import time

try:
    import uvloop
except ImportError:
    uvloop = None

BATCH = 1000
BUFFER = 128
SLEEPS = 3


async def join_all(tasks):
    for task in tasks:
        await task


async def yield_often(trips):
    for _ in range(trips):
        await asyncio.sleep(0)


async def yield_crowd(count):
    await join_all([asyncio.create_task(yield_often(count // BATCH)) for _ in range(BATCH)])


async def yield_2(count):
    await join_all([asyncio.create_task(yield_often(count // 2)) for _ in range(2)])


async def nothing():
    pass


async def spawn_one(count):
    for _ in range(count):
        await asyncio.create_task(nothing())


async def spawn_batch(count):
    for _ in range(count // BATCH):
        await join_all([asyncio.create_task(nothing()) for _ in range(BATCH)])


async def put_all(queue, count):
    for item in range(count):
        await queue.put(item)


async def get_all(queue, count):
    for _ in range(count):
        await queue.get()


async def pass_items(places, count):
    queue = asyncio.Queue(places)
    await join_all([asyncio.create_task(put_all(queue, count)),
                    asyncio.create_task(get_all(queue, count))])


async def hand_off(count):
    await pass_items(1, count)


async def buffered(count):
    await pass_items(BUFFER, count)


async def lock_often(lock, turns):
    for _ in range(turns):
        async with lock:
            await asyncio.sleep(0)


async def lock_rivals(count):
    lock = asyncio.Lock()
    await join_all([asyncio.create_task(lock_often(lock, count // 10)) for _ in range(10)])


async def sleep_some(state, tasks):
    for _ in range(SLEEPS):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        await asyncio.sleep(((state >> 33) % (tasks * 1000) + 1) / 1e9)


async def sleeps(count):
    tasks = count // SLEEPS
    await join_all([asyncio.create_task(sleep_some(i, tasks)) for i in range(tasks)])


# Name, operation, how many in one measurement, the program, whether only with --long.
ROWS = [
    ("yield, 2 tasks", "yield", 10000, yield_2, False),
    ("yield, 1000 tasks", "yield", 20000, yield_crowd, False),
    ("spawn and join, one at a time", "task", 5000, spawn_one, False),
    ("spawn and join, 1000 at a time", "task", 10000, spawn_batch, False),
    ("hand-off through a queue of 1", "item", 5000, hand_off, False),
    ("queue of 128", "item", 20000, buffered, False),
    ("lock, 10 tasks contend", "lock", 5000, lock_rivals, False),
    ("sleep, 10,000 tasks", "sleep", 30000, sleeps, False),
    ("sleep, 100,000 tasks", "sleep", 300000, sleeps, True),
]


def picoseconds(new_loop, program, count):
    loop = new_loop()
    start = time.process_time_ns()
    loop.run_until_complete(program(count))
    took = time.process_time_ns() - start
    loop.close()
    return max(took * 1000 // count, 1)


def measure(rows, peers, rounds, divisor):
    """{(row name, peer name): [picoseconds, one a round]}"""
    figures = {(row[0], peer): [] for row in rows for peer in peers}
    for turn in range(rounds + 1):
        for name, _, count, program, _ in rows:
            for peer, new_loop in peers.items():
                figure = picoseconds(new_loop, program, max(count // divisor, BATCH))
                if turn > 0:
                    figures[name, peer].append(figure)
    return figures


def spread(figures):
    return {"median": int(statistics.median_high(figures)), "min": min(figures),
            "max": max(figures)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--scale", choices=["small"])
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()

    peers = {"asyncio": asyncio.SelectorEventLoop}
    if uvloop is not None:
        peers["uvloop"] = uvloop.new_event_loop
    rows = [row for row in ROWS if options.only in row[0] and (options.long or not row[4])]
    if not rows:
        return
    figures = measure(rows, peers, options.rounds, 100 if options.scale else 1)

    print(f"{'peers: ns of CPU time each':34}" +
          "".join(f"  {peer:>8}  {'min..max':14}" for peer in peers))
    for name, operation, *_ in rows:
        line = {"table": "peers", "row": name, "operation": operation, "rounds": options.rounds}
        text = f"{name:34}"
        for peer in peers:
            seen = line[f"{peer}_ps"] = spread(figures[name, peer])
            median, least, most = (round(seen[key] / 1000) for key in ("median", "min", "max"))
            text += f"  {median:8}  {f'{least}..{most}':14}"
        print(text)
        if options.json:
            with open(options.json, "a", encoding="utf-8") as file:
                print(json.dumps(line, separators=(",", ":")), file=file)
    if uvloop is None:
        print("(this Python has no uvloop)")


if __name__ == "__main__":
    main()
