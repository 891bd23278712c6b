/*
 * conformance.c - see conformance.h. The expected traces are what libuv 1.44.2 does on Linux; where
 * they and a simulated libuv disagree, the simulated one is wrong.
 */
#include "tests/conformance/conformance.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct row {
    const char *name;
    void (*body)(struct trace *trace);
    const char *expected;
};

static const struct row rows[] = {
    {
        "timer",
        timer_body,
        "equal deadlines, started c a b: c a b run 0 | close 0\n"
        "a in 60, b in 20, c in 40: b c a | close 0\n"
        "the same after sleeping past all: b c a | close 0\n"
        "a b started, a again: b a | close 0\n"
        "repeat until stopped: repeat 20 a active 1 a active 1 a active 1 stop 0"
        " active 0 | close 0\n"
        "without repeat: active 1 a active 0 | close 0\n"
        "again: never started EINVAL, no repeat 0 active 1, repeat 20: 0 a stopped: 0"
        " a | close 0\n"
        "a stops b of the same deadline: a c | close 0\n"
        "a starts b: a b | close 0\n"
        "restarts itself: a a a | close 0\n"
        "zero timeouts: b a run 1 | close 0\n"
        "unref: has ref 1, then 0, active 1, alive 0, run 0 alive 1 | close 0\n"
        "an unreferenced timer fires while another keeps the loop: a b | close 0\n"
        "due in: 1000, time stands still: 1000, less after update 1, past 0 | close 0\n"
        "refused: no callback EINVAL, stop of a stopped one 0, closing EINVAL | close"
        " 0\n"
        "never early: a 1 | close 0\n"
        "a blocks 60, b comes late: a b 1 | close 0\n"
        "a timeout that overflows is far away: b | close 0\n",
    },
    {
        "idle_prepare_check",
        idle_prepare_check_body,
        "phases: timer idle prepare check run 1, idle prepare check run 1 | close 0\n"
        "idle started a b c: c b a , next iteration c b a , a stopped and started a c"
        " b , b started again 0 a c b | close 0\n"
        "prepare started a b c: c b a , next iteration c b a , a stopped and started"
        " a c b , b started again 0 a c b | close 0\n"
        "check started a b c: c b a , next iteration c b a , a stopped and started a"
        " c b , b started again 0 a c b | close 0\n"
        "idle, b stops itself and a: c b , next iteration c , c starts a c , next"
        " iteration a c | close 0\n"
        "prepare, b stops itself and a: c b , next iteration c , c starts a c , next"
        " iteration a c | close 0\n"
        "check, b stops itself and a: c b , next iteration c , c starts a c , next"
        " iteration a c | close 0\n"
        "started by the phase before: idle prepare check | close 0\n"
        "active: idle 0 alive 0, started 1 alive 1, stopped 0 alive 0 prepare 0 alive"
        " 0, started 1 alive 1, stopped 0 alive 0 check 0 alive 0, started 1 alive 1,"
        " stopped 0 alive 0 stopped again 0, no callback EINVAL | close 0\n",
    },
    {
        "async",
        async_body,
        "three sends: init 0 0 0 0 run async | close 0\n"
        "none: init 0 run 1 | close 0\n"
        "sends to itself: init 0 async async async then | close 0\n"
        "sent by a timer: init 0 timer idle prepare async check | close 0\n"
        "a pending wake-up is not waited for: init 0 async | close 0\n"
        "keeps the loop: init 0 active 1 alive 1, unref: alive 0 run 0, sent: alive 0"
        " | close 0\n"
        "closed before it ran: init 0 | close 0\n",
    },
    {
        "close",
        close_body,
        "closed a b c: not yet, c b a run 0 | close 0\n"
        "a closes c when closed, b beside it: a b run 1 c run 0 | close 0\n"
        "an active timer: active 0 closing 1, other 0 a b fires closing 1 | close 0\n"
        "a closes b of the same deadline, and itself: a fires a b | close 0\n"
        "close callbacks come after check: a fires check a | close 0\n"
        "a closing handle keeps the loop: alive 0 busy EBUSY, alive 1 timeout 0 busy"
        " EBUSY a run 0 | close 0\n"
        "reopened in its close callback: a closed again fires again | close 0\n"
        "every kind, without a callback: 01 01 01 01 01 | close 0\n",
    },
    {
        "loop",
        loop_body,
        "empty: init 0 alive 0 timeout 0 default 0 once 0 nowait 0 | close 0\n"
        "nowait: returns 1, once timer returns 0, default timer returns 0 | close 0\n"
        "once with an idle handle: idle returns 1 | close 0\n"
        "once with an idle handle that stops itself: idle returns 1 | close 0\n"
        "stopped before: timeout 0 default returns 1 then nowait idle returns 1 |"
        " close 0\n"
        "stopped inside: idle prepare check default returns 1, idle prepare check"
        " again 1 | close 0\n"
        "alive: inactive handles 0, a timer 1, unreferenced 0, a prepare 1 | close 0\n"
        "poll timeout: nothing active 0, prepare -1, a timer 1000, an idle 0, a timer"
        " that is due 0 | close 0\n"
        "walk: timer 1 idle 1 prepare 1 check 1 async 0, closed all: run 0 | close 0\n"
        "busy: EBUSY, and goes on idle | close 0\n"
        "clock: stands still 1, hrtime moves 1, updated 1, a new loop has the time 1,"
        " milliseconds of hrtime 1 | close 0\n"
        "time stands still: in a callback 1 | close 0\n"
        "a run brings the clock up to date: nowait timer | close 0\n"
        "default loop: the same 1, handle's loop 1 data 1 type 1 run 0 | close 0\n"
        "words: EBUSY \"resource busy or locked\", ECANCELED \"operation canceled\"\n",
    },
    {
        "thread",
        thread_body,
        "one: no function EINVAL 0 alive 1 busy EBUSY a after a 0 run 0 | close 0\n"
        "without a callback: 0 a run 0 | close 0\n"
        "four side by side: begun, a fifth: EAGAIN cancel the fifth 0, the first EBUSY after w -1 "
        "then after w 0 after w 0 after w 0 after w 0 run 0 | close 0\n"
        "cancel another kind: EINVAL\n"
        "a thread wakes the poll: woken run 0 | close 0\n"
        "mutex: init 0 try 0 again EBUSY first we then the thread run 0 | close 0\n"
        "recursive mutex: init 0 try 0 free again 0\n"
        "semaphore of 2: init 0 second 0 third EAGAIN posted 0\n"
        "condition: init 0 nobody gave: ETIMEDOUT ready ready run 0 | close 0\n"
        "signalled in time: 0 run 0 | close 0\n",
    },
    {
        "signal",
        signal_body,
        "caught: active 0 start 0 active 1 alive 1 number 1 sent a1 stop 0 again 0 active 0 alive "
        "0 number 0 | close 0\n"
        "in the order they came, each as often: b2 a1 b2 | close 0\n"
        "stopped meanwhile: a1 started again for another: b1 | close 0\n"
        "one shot: 0 a1 active 0, b1 a1 then b1 | close 0\n"
        "started again for the same: 0 the other callback | close 0\n"
        "refused: kill EINVAL stop EINVAL none EINVAL no such EINVAL active 0, uv_kill: 65 EINVAL "
        "0 0 what is ignored 0 | close 0\n"
        "last in the poll phase: async a1 check | close 0\n"
        "unreferenced: alive 0 run 0, with a timer: a1 a1 | close 0\n"
        "closed before it is told: b closed a closed | | close 0\n"
        "closed with a message on its way: a1 | b closed a closed | close 0\n",
    },
    {
        "tcp",
        tcp_body,
        "new: readable 0 writable 0 active 0 write EBADF try EBADF shutdown ENOTCONN read "
        "ENOTCONN stop 0 accept EAGAIN sockname EBADF peername EBADF nodelay 0 keepalive 0\n"
        "connecting: 0 again EALREADY readable 1 writable 1 active 0 try EAGAIN write 0 queue "
        "5 sockname 0 size 16\n"
        "connected: peer 1 family 1 size 16 cut 0 size 16 queue 0 read again EALREADY without "
        "callbacks EINVAL active 1 then 0 try 4 keepalive of 0 EINVAL shutdown 0 again "
        "ENOTCONN writable 0 write EPIPE try EPIPE | listener: connection accept | server: "
        "earlyfour end | client: connected written shut | close 0\n"
        "bind: elsewhere EADDRNOTAVAIL v6 only EINVAL ok 0 again EINVAL the other family "
        "ENOPROTOOPT the same 0 listen 0 EADDRINUSE active 0 one that listens 0 listen "
        "EADDRINUSE port 0 connect 0 | a: | b: | c: connected EADDRINUSE | close 0\n"
        "nobody listens: 0 write 0 | queue 0 a: connected ECONNREFUSED written ECANCELED | b: "
        "| close 0\n"
        "port 0: 0 | a: connected ECONNREFUSED | close 0\n"
        "texts: EINVAL EINVAL EINVAL EINVAL 0 EAFNOSUPPORT\n"
        "a reset: listener: connection accept | server: go reset closed | client: connected "
        "written read ECONNRESET readable 0 writable 0 active 1 | close 0\n"
        "question and answer: listener: connection accept | server: question written end "
        "closed | client: connected written answer shut end closed | close 0\n"
        "what is written before closing arrives: listener: connection accept | server: go "
        "written closed | client: connected written bye end readable 1 writable 1 active 0 | "
        "close 0\n"
        "closed with something unread: listener: connection accept | server: written closed | "
        "client: connected written hello read ECONNRESET readable 0 writable 0 active 1 | "
        "close 0\n"
        "closed while all is open: 0 0 0 0 | listener: connection accept | server: | client: "
        "connected ECANCELED written ECANCELED written ECANCELED shut ECANCELED closed | close "
        "0\n"
        "buffers of four: listener: connection accept | server: written closed | client: "
        "connected 0123 4567 89 end closed | close 0\n"
        "stopped after the second: listener: connection accept | server: written | client: "
        "connected 01234567 stop and on 89 | close 0\n"
        "closed inside: listener: connection accept | server: written read ECONNRESET | "
        "client: connected 0123 closed | close 0\n"
        "no room, twice: listener: connection accept | server: written | client: connected "
        "read ENOBUFS read ENOBUFS | close 0\n"
        "three knock, one is accepted, then another: listener: connection accept connection "
        "accept EBUSY | server: | a: connected | b: connected | c: connected | close 0\n"
        "accepted late: listener: connection accept 0 connection | server: | a: connected | b: "
        "connected | close 0\n"
        "much: some 1 then EAGAIN write 0 queue 1 try EAGAIN write 0 queue 1 shutdown 0 write "
        "EPIPE | all 1 queue 0 listener: connection accept | server: | client: connected "
        "written written shut | close 0\n"
        "written in a timer, and in a check: listener: connection accept | server: | client: "
        "connected timer written prepare check written prepare prepare | close 0\n"
        "written when something is read: listener: connection accept | server: x written check "
        "| client: connected | close 0\n"
        "nothing to write, and closed: try 0 write 0 queue 0 try EBADF write EBADF shutdown "
        "ENOTCONN read EINVAL stop 0 readable 0 writable 0 | listener: connection accept | "
        "server: | client: connected written closed | close 0\n"
        "ten thousand closes at once: connected 0 canceled 300 closed 10000 | listener: | "
        "server: | client: | close 0\n",
    },
    {
        "pipe",
        pipe_body,
        "new: readable 0 writable 0 active 0 write EBADF try EBADF shutdown ENOTCONN read "
        "ENOTCONN accept EAGAIN listen EINVAL sockname EBADF size 0 peername EBADF size 0 "
        "chmod EBADF pending 0 1\n"
        "bound: sockname 0 size 1 path peername ENOTCONN size 0 cut ENOBUFS size 1 chmod "
        "EINVAL 0\n"
        "connecting: 0 readable 1 writable 1 active 0 try EAGAIN write 0 queue 5 sockname 0 "
        "size 0 peername 0 size 1 path\n"
        "connected: sockname 0 size 0 peername 0 size 1 path, the server: sockname 0 size 1 "
        "path peername 0 size 0 queue 0 try 4 bind EINVAL shutdown 0 again ENOTCONN write "
        "EPIPE try EPIPE | listener: connection accept | server: earlyfour end | client: "
        "connected written shut | close 0\n"
        "bind: ok 0 again EINVAL the same EADDRINUSE connect 0 listen 0 active 1 elsewhere 0 | "
        "a: | b: connected ECONNREFUSED | c: connected ENOENT | close 0\n"
        "files: bind 0 closed, bind 0 listen 0 connect 0 | a: closed | a: connection closed | "
        "c: connected end | close 0\n"
        "a backlog of one: listener: connection | a: connected | b: connected | c: connected "
        "EAGAIN | d: connected EAGAIN | close 0\n"
        "question and answer: listener: connection accept | server: question written end "
        "closed | client: connected written answer shut end closed | close 0\n"
        "what is written before closing arrives: listener: connection accept | server: go "
        "written closed | client: connected written bye end readable 1 writable 1 active 0 | "
        "close 0\n"
        "closed with something unread: listener: connection accept | server: written closed | "
        "client: connected written hello read ECONNRESET readable 0 writable 0 active 1 | "
        "close 0\n"
        "closed while all is open: 0 0 0 0 | listener: connection accept | server: | client: "
        "connected ECANCELED written ECANCELED written ECANCELED shut ECANCELED closed | close "
        "0\n"
        "buffers of four: listener: connection accept | server: written closed | client: "
        "connected 0123 4567 89 end closed | close 0\n"
        "stopped after the second: listener: connection accept | server: written | client: "
        "connected 01234567 stop and on 89 | close 0\n"
        "closed inside: listener: connection accept | server: written read ECONNRESET | "
        "client: connected 0123 closed | close 0\n"
        "no room, twice: listener: connection accept | server: written | client: connected "
        "read ENOBUFS read ENOBUFS | close 0\n"
        "three knock, one is accepted, then another: listener: connection accept connection "
        "accept EBUSY | server: | a: connected | b: connected | c: connected | close 0\n"
        "accepted late: listener: connection accept 0 connection | server: | a: connected | b: "
        "connected | close 0\n"
        "much: some 1 then EAGAIN write 0 queue 1 try EAGAIN write 0 queue 1 shutdown 0 write "
        "EPIPE | all 1 queue 0 listener: connection accept | server: | client: connected "
        "written written shut | close 0\n"
        "written in a timer, and in a check: listener: connection accept | server: | client: "
        "connected timer written prepare check written prepare prepare | close 0\n"
        "written when something is read: listener: connection accept | server: x written check "
        "| client: connected | close 0\n"
        "nothing to write, and closed: try 0 write 0 queue 0 try EBADF write EBADF shutdown "
        "ENOTCONN read EINVAL stop 0 readable 0 writable 0 | listener: connection accept | "
        "server: | client: connected written closed | close 0\n"
        "ten thousand closes at once: connected 0 canceled 300 closed 10000 | listener: | "
        "server: | client: | close 0\n",
    },
    {
        "udp",
        udp_body,
        "question and answer: send 0 queue 4 1 receive 0 | queue 0 0 a: sent 'pong' closed | b: "
        "'ping' answers sent closed | close 0\n"
        "new: active 0 sockname EBADF peername EBADF disconnect ENOTCONN send to none "
        "EDESTADDRREQ try EDESTADDRREQ stop 0 without callbacks EINVAL broadcast EBADF ttl "
        "EINVAL EINVAL EBADF multicast ttl EINVAL member EINVAL source EINVAL\n"
        "receiving: 0 again EALREADY active 1 bound 1 any 1 bind EINVAL broadcast 0 ttl 0 "
        "multicast ttl 0 loop 0 stop 0 active 0 mmsg 0\n"
        "connected: 0 again EISCONN send elsewhere EISCONN try EISCONN peer 0 1 size 16 cut 0 "
        "size 16 here 1 try 4 send 0 try EAGAIN disconnect 0 any 1 port 0 peer ENOTCONN | a: "
        "sent | b: 'four' 'x' none | close 0\n"
        "init: family EINVAL flags EINVAL\n"
        "bind: elsewhere EADDRNOTAVAIL v6 only EINVAL flags EINVAL family EINVAL the other "
        "family EINVAL ok 0 again EINVAL the same EADDRINUSE shared EADDRINUSE port 0 any 0 "
        "shared by both 0\n"
        "send: family EINVAL connect EINVAL the other family EAFNOSUPPORT try EAFNOSUPPORT port "
        "0 EINVAL broadcast EACCES connect EACCES | a: | b: | c: | close 0\n"
        "sizes: of six 5 0 queue 5 nothing 0 most 65507 more EMSGSIZE 0 | a: sent sent EMSGSIZE "
        "| b: 'abcef' 'abcef' '' '' none | close 0\n"
        "cut: a: | b: 'abc'cut 'abc' none read ENOBUFS read ENOBUFS 'no room' none | close 0\n"
        "stopped inside, and on: a: | b: '1' '2' stop on '3' '4' none | close 0\n"
        "closed inside: a: | b: '1' closed | close 0\n"
        "more than 32: 32 then '' none a: | b: | close 0\n"
        "in parts: 1 a: | b: '1'part '2'part '3'part free '4'part free none | close 0\n"
        "nobody is there: loose 1 1 connected 0 1 ECONNREFUSED 1 | 1 send 0 | a: read "
        "ECONNREFUSED sent ECONNREFUSED | b: | close 0\n"
        "sent and closed at once: a: sent closed | b: 'bye' none | close 0\n"
        "sent inside, and closed: a: sent two more queue 2 try EAGAIN sent sent turn | b: | "
        "close 0\n"
        "what keeps a loop: bound 0 receiving 1 unreferenced 0 sending 1 active 1 sent 0 active "
        "0 | a: sent | b: 'x' none | close 0\n"
        "families: bind 0 from 4 1 only 0 to 4 ENETUNREACH | a: | b: '4' from ::ffff:127.0.0.1 "
        "none | c: | close 0\n"
        "phases: a: | b: sent prepare 'to itself' answers 'pong' none sent check turn prepare "
        "check | close 0\n",
    },
    {
        "resolve",
        resolve_body,
        "localhost 80: 0 stream/6 127.0.0.1:80 close 0\n"
        "LOCALHOST 80: 0 stream/6 127.0.0.1:80 canonical localhost close 0\n"
        "127.0.0.1 80: 0 stream/6 127.0.0.1:80 dgram/17 127.0.0.1:80 raw/0 127.0.0.1:80 close 0\n"
        "127.0.0.1 -: 0 stream/6 127.0.0.1:0 canonical 127.0.0.1 close 0\n"
        "127.1 80: 0 stream/6 127.0.0.1:80 close 0\n"
        "::1 65535: 0 dgram/17 ::1:65535 close 0\n"
        "127.0.0.1 0: 0 dgram/17 127.0.0.1:0 close 0\n"
        "- 80: 0 stream/6 ::1:80 stream/6 127.0.0.1:80 close 0\n"
        "- 80: 0 stream/6 0.0.0.0:80 stream/6 :::80 close 0\n"
        "- 80: 0 stream/6 0.0.0.0:80 close 0\n"
        "127.0.0.1 80: 0 stream/6 ::ffff:127.0.0.1:80 close 0\n"
        "refused: EINVAL EINVAL EINVAL EINVAL EINVAL alive 0 close 0\n"
        "1.2.3.4.5 80: EAI_NONAME close 0\n"
        "localhost 80: EAI_NONAME close 0\n"
        " 80: EINVAL close 0\n"
        "127.0.0.1 80: EAI_FAMILY close 0\n"
        "127.0.0.1 80: EAI_ADDRFAMILY close 0\n"
        "::1 80: EAI_ADDRFAMILY close 0\n"
        "127.0.0.1 80: EAI_BADFLAGS close 0\n"
        "- 80: EAI_BADFLAGS close 0\n"
        "127.0.0.1 80: EAI_SOCKTYPE close 0\n"
        "127.0.0.1 80: EAI_SOCKTYPE close 0\n"
        "127.0.0.1 no-such-service: EAI_SERVICE close 0\n"
        "127.0.0.1 80 : EAI_SERVICE close 0\n"
        "127.0.0.1 http: EAI_NONAME close 0\n"
        "names: 0 type 1 | localhost 0 localhost 80 | 0 | in figures 0 203.0.113.7 80 | 0 | of "
        "six 0 ::1 80 | at once 0 localhost 80 | close 0\n"
        "one after the other: 0 type 1 alive 1 | 127.0.0.1 0 stream/6 127.0.0.1:80 0 type 1 "
        "alive 1 | ::1 0 stream/6 ::1:80 0 type 1 alive 1 | localhost 0 stream/6 127.0.0.1:80 | "
        "close 0\n"
        "cancelled: 0 0 | address EAI_CANCELED | name EAI_CANCELED - - | work 0 | work 0 | work "
        "0 | work 0 | close 0\n",
    },
    {
        "environment",
        environment_body,
        "ENOENT - 40, set 0: ok one 3, ok one 3, ENOBUFS - 4, again 0: ok  0, unset 0: ENOENT - "
        "40, unset again 0\n"
        "refused: get EINVAL EINVAL set EINVAL EINVAL EINVAL EINVAL unset EINVAL EINVAL EINVAL\n"
        "host 0 1 ENOBUFS takes 1 more EINVAL EINVAL EINVAL\n",
    },
    {
        "random",
        random_body,
        "at once: 0 0 some 1, others 1, no more than that 1, none 0\n"
        "refused: flags EINVAL, size E2BIG\n"
        "by the pool: 0 alive 1 told ok 8 the same bytes run 0 some 1, too late EBUSY | close 0\n"
        "cancelled: 0 told ECANCELED 8 the same bytes run 0 | close 0\n",
    },
};

static size_t line_length(const char *text)
{
    return strcspn(text, "\n");
}

/* Print the first line in which the two texts differ. */
static void show_difference(const char *expected, const char *noted)
{
    size_t length = line_length(expected);

    while (length == line_length(noted) && strncmp(expected, noted, length) == 0) {
        expected += length + (expected[length] == '\n');
        noted += length + (noted[length] == '\n');
        length = line_length(expected);
    }
    printf("      expected  %.*s\n", (int)length, expected);
    printf("      noted     %.*s\n", (int)line_length(noted), noted);
}

static bool agrees(const struct row *row, const struct trace *trace)
{
    bool same = strcmp(trace->text, row->expected) == 0;

    printf("%s  %s\n", same ? "ok  " : "FAIL", row->name);
    if (!same)
        show_difference(row->expected, trace->text);
    return same;
}

int conformance_run(void (*call)(void (*body)(struct trace *), struct trace *),
                    bool knows_localhost)
{
    static struct trace trace;
    int failures = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].body == resolve_body && !knows_localhost) {
            printf("skip  %s: localhost is no name on this machine\n", rows[i].name);
            continue;
        }
        trace.length = 0;
        trace.text[0] = '\0';
        call(rows[i].body, &trace);
        failures += !agrees(&rows[i], &trace);
    }
    return failures > 0;
}
