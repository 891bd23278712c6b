"""gdb: the tasks of the loop that runs, and where each of them stands.

    (gdb) source core/rondo-gdb.py
    (gdb) rondo-tasks            one line a task
    (gdb) rondo-tasks bt         and its stack
    (gdb) rondo-tasks bt writer  of the tasks of that name only

Needs the core's debug information, and for stacks a live process: a core file cannot be walked from
another stack pointer.
"""

import gdb


def nodes(head):
    """The nodes of the intrusive list at `head`."""
    node = head["next"]
    while node != head.address and node != 0:
        yield node
        node = node["next"]


def container(node, type_name, member):
    kind = gdb.lookup_type(type_name)
    offset = int(gdb.Value(0).cast(kind.pointer())[member].address)
    return gdb.Value(int(node) - offset).cast(kind.pointer())


def text(value):
    return value.string() if value != 0 else None


def running_loop():
    """The loop of the fiber that runs, or of its thread's root."""
    for name in ("fiber_running->loop", "'fiber.c'::root.loop"):
        loop = gdb.parse_and_eval(name)
        if loop != 0:
            return loop.cast(gdb.lookup_type("struct rondo_loop").pointer())
    raise gdb.GdbError("no loop runs on this thread")


def name_of(task):
    return text(task["future"]["name"]) or f"Task-{int(task['future']['id'])}"


def stand_of(task):
    """Where a task stands, in words."""
    wait = task["wait"]
    if int(gdb.parse_and_eval("fiber_running->task")) == int(task):
        return "runs"
    if wait == 0:
        return "has not begun" if task["worker"] == 0 else "is about to go on"
    name = text(wait["object"]["name"])
    here = text(wait["here"])
    return (f"waits for {text(wait['object']['kind'])}{' ' + name if name else ''}"
            f"{', ' + here if here else ''}")


def backtrace(task):
    """The stack of a task that is suspended: gdb walks it from the registers that were saved."""
    saved = task["worker"]["innermost"]["context"].cast(gdb.lookup_type("long").pointer())
    before = {register: gdb.parse_and_eval(f"${register}") for register in ("rsp", "rbp", "rip")}
    gdb.execute("select-frame 0", to_string=True)
    try:
        gdb.execute(f"set $rsp = {int(saved) + 7 * 8}")
        gdb.execute(f"set $rbp = {int(saved[5])}")
        gdb.execute(f"set $rip = {int(saved[6])}")
        return gdb.execute("backtrace", to_string=True)
    finally:
        for register, value in before.items():
            gdb.execute(f"set ${register} = {int(value)}")


class Tasks(gdb.Command):
    """rondo-tasks [bt [NAME]]: the tasks of the loop that runs, and where they stand."""

    def __init__(self):
        super().__init__("rondo-tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        for node in nodes(running_loop()["tasks"]):
            task = container(node, "struct task", "in_loop")
            name = name_of(task)
            if len(words) > 1 and name != words[1]:
                continue
            print(f"{name}  {stand_of(task)}")
            if words and task["wait"] != 0:
                print(backtrace(task))


Tasks()
