/*
 * live.c - rondo-live: the same scenario files on real libuv and the real clock.
 *
 * Each run is a child process of its own, so that a program that hangs or crashes takes nothing
 * with it; many run at once, since most of what they do is wait. The child sends what it prints as
 * it prints it, with the time; the parent turns that into observations.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uv.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "cli/play.h"
#include "detect/property.h"
#include "memory.h"
#include "observe.h"
#include "run.h"
#include "scenario/capture.h"
#include "scenario/module.h"

/* A run that takes longer than it should by this much and a half is ended. */
#define PATIENCE_NS INT64_C(20000000000)

enum message_kind { MESSAGE_LINE, MESSAGE_PROPERTY, MESSAGE_END };

/* What the child writes into the pipe: this, then `size` bytes of text. */
struct message {
    enum message_kind kind;
    enum stream stream;
    bool partial;
    enum finding_kind finding; /* MESSAGE_END: its lines are the text */
    int exit;
    uint64_t met, held; /* MESSAGE_PROPERTY: of the one that the text says, "always total" */
    int64_t t_ns;
    size_t size;
};

/* ---- the child ---- */

struct child {
    int pipe;
    uv_mutex_t mutex; /* of the pipe and the properties: any thread of the program may print */
    int64_t start_ns;
    struct capture capture;
    struct properties *properties;
    bool stuck; /* nothing could happen any more */
};

static struct child child;

static void tell(struct message message, const char *text)
{
    uv_mutex_lock(&child.mutex);
    message.t_ns = wall_clock() - child.start_ns;
    if (write(child.pipe, &message, sizeof message) != (ssize_t)sizeof message ||
        (message.size > 0 && write(child.pipe, text, message.size) != (ssize_t)message.size))
        _exit(3);
    uv_mutex_unlock(&child.mutex);
}

static void send_line(void *self, enum stream stream, bool partial, const char *text, size_t size)
{
    (void)self;
    tell((struct message){MESSAGE_LINE, .stream = stream, .partial = partial, .size = size}, text);
}

static void tell_property(const struct property *property)
{
    char *text = must_format("%s %s", property->kind, property->name);

    tell((struct message){MESSAGE_PROPERTY, .met = property->met, .held = property->held,
                          .size = strlen(text)},
         text);
    free(text);
}

/* The child ends; `ended`: its program came to its own end. */
static void end_with(int code, bool ended) __attribute__((noreturn));
static void end_with(int code, bool ended)
{
    struct finding finding = {.kind = child.stuck ? FINDING_DEADLOCK : FINDING_NONE};

    capture_flush(&child.capture);
    uv_mutex_lock(&child.mutex);
    if (!child.stuck)
        properties_judge(child.properties, ended, wall_clock() - child.start_ns, &finding);
    uv_mutex_unlock(&child.mutex);
    for (size_t i = 0; i < properties_count(child.properties); i++)
        tell_property(properties_at(child.properties, i));
    tell((struct message){MESSAGE_END, .exit = code, .finding = finding.kind,
                          .size = finding.lines != NULL ? strlen(finding.lines) : 0},
         finding.lines);
    _exit(0);
}

static void end_child(int code) __attribute__((noreturn));
static void end_child(int code)
{
    end_with(code, true);
}

void rondo_program_exit(int code)
{
    end_child(code & 0xff);
}

static bool give_up(void *self)
{
    (void)self;
    child.stuck = true;
    return true;
}

/* Of what happens to tasks nothing is judged here: the conditions that the program names are. */
static void on_event(void *self, const struct observed *event)
{
    bool broken = event->kind == OBSERVED_BROKEN;

    (void)self;
    uv_mutex_lock(&child.mutex);
    properties_listen(child.properties,
                      &(struct trace_record){.kind = broken ? TRACE_BROKEN : TRACE_PROPERTY,
                                             .time_ns = wall_clock() - child.start_ns,
                                             .task = event->who.id,
                                             .task_name = event->who.name,
                                             .object = {event->object.kind, event->object.name, 0},
                                             .value = event->code,
                                             .text = event->text,
                                             .here = event->here});
    uv_mutex_unlock(&child.mutex);
    if (broken)
        end_with(0, false);
}

static size_t on_pick(void *self, const struct observed_choice *choice)
{
    (void)self;
    (void)choice;
    return 0;
}

static bool in_production_order(void *self)
{
    (void)self;
    return false;
}

/* Not to outlive the parent, however that ends; and a group of its own, so that what the program
 * itself starts can be ended with it. */
static void tie_to_parent(pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(3);
}

static void run_child(const rondo_program *program, const struct role *role)
{
    static const struct observer watcher = {.wanted = OBSERVED_KIND(OBSERVED_PROPERTY) |
                                                      OBSERVED_KIND(OBSERVED_BROKEN),
                                            .event = on_event,
                                            .pick = on_pick,
                                            .any_order = in_production_order,
                                            .stuck = give_up};
    char **argv = must_alloc((role->arg_count + 2) * sizeof *argv);
    int code;

    argv[0] = must_text(role->program);
    for (size_t i = 0; i < role->arg_count; i++)
        argv[i + 1] = must_text(role->args[i]);
    for (char **line = role->env; line != NULL && *line != NULL; line++)
        putenv(*line);
    observer = &watcher;
    if (uv_mutex_init(&child.mutex) != 0)
        _exit(3);
    child.properties = properties_new();
    capture_begin(&child.capture, send_line, NULL);
    capture_enter(&child.capture);
    child.start_ns = wall_clock();
    if (program->kind == RONDO_PROGRAM_MAIN)
        code = ((int (*)(int, char **))program->entry)((int)role->arg_count + 1, argv) & 0xff;
    else
        code = rondo_run((rondo_fn)program->entry, role->script, NULL);
    end_child(code);
}

/* ---- the parent ---- */

struct job {
    const struct scenario *scenario;
    const struct run_spec *run;
    const struct role *role; /* the one there is */
    pid_t pid;               /* 0: not started */
    int pipe;
    int64_t start_ns;
    int64_t deadline_ns;
    char *buffer; /* bytes that have arrived and are no whole message yet */
    size_t used;
    bool heard_out; /* its last message has come */
    bool done;
    struct observation seen;
};

struct live {
    const struct options *options;
    struct module_set modules;
    struct job *jobs;
    size_t job_count;
    size_t running;
};

static bool check(void *self, const struct scenario *scenario, struct mistake *mistake)
{
    struct live *live = self;

    for (size_t i = 0; i < scenario->run_count; i++) {
        const struct run_spec *run = &scenario->runs[i];

        for (size_t j = 0; j < run->role_count; j++) {
            const struct role *role = &run->roles[j];
            const struct module *module = module_of(&live->modules, scenario, role, mistake);

            if (module == NULL || !module_check_role(module, scenario, role, mistake))
                return false;
        }
    }
    return true;
}

static void cannot_start(struct job *job)
{
    job->seen.finding = "crash";
    job->seen.finding_lines =
        must_format("%s  could not be started: %s\n", job->role->program, strerror(errno));
    job->pid = -1;
    job->done = true;
}

static void start(struct live *live, struct job *job)
{
    struct mistake mistake;
    const struct module *module = module_of(&live->modules, job->scenario, job->role, &mistake);
    const rondo_program *program =
        module_program(module, job->role->program, job->scenario, &mistake);
    int64_t expected = job->run->expect.has_elapsed ? job->run->expect.elapsed_ns : 0;
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        cannot_start(job);
        return;
    }
    fflush(NULL);
    job->pid = fork();
    if (job->pid < 0) {
        cannot_start(job);
        close(ends[0]);
        close(ends[1]);
        return;
    }
    if (job->pid == 0) {
        tie_to_parent(parent);
        close(ends[0]);
        child.pipe = ends[1];
        run_child(program, job->role);
    }
    close(ends[1]);
    job->pipe = ends[0];
    (void)fcntl(job->pipe, F_SETFL, O_NONBLOCK);
    job->start_ns = wall_clock();
    job->deadline_ns = job->start_ns + expected + expected / 2 + PATIENCE_NS;
    live->running++;
}

static void end(struct live *live, struct job *job)
{
    int status = 0;

    close(job->pipe);
    kill(-job->pid, SIGKILL); /* the child itself has ended, or has nothing more to say */
    waitpid(job->pid, &status, 0);
    if (!job->seen.ended && job->seen.finding == NULL) {
        job->seen.finding = "crash";
        job->seen.finding_lines =
            must_format("%s  ended by %s %d\n", job->role->program,
                        WIFSIGNALED(status) ? "signal" : "status",
                        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    free(job->buffer);
    job->buffer = NULL;
    job->done = true;
    live->running--;
}

static void accept_end(struct job *job, const struct message *message, const char *text)
{
    job->heard_out = true;
    job->seen.elapsed_ns = message->t_ns;
    observation_add_end(&job->seen, NULL, message->exit, rondo_err_name);
    job->seen.ended = message->finding != FINDING_DEADLOCK && message->finding != FINDING_ALWAYS;
    if (message->finding == FINDING_NONE)
        return;
    job->seen.finding = finding_name(message->finding);
    if (message->size > 0)
        job->seen.finding_lines = must_format("%.*s", (int)message->size, text);
}

static void accept_property(struct job *job, const struct message *message, const char *text)
{
    char *words = must_format("%.*s", (int)message->size, text);
    char *space = strchr(words, ' ');

    *space = '\0';
    property_counts_add(&job->seen.properties, words, space + 1, message->met, message->held);
    free(words);
}

static void accept_message(struct job *job, const struct message *message, const char *text)
{
    if (message->kind == MESSAGE_LINE) {
        observation_add(&job->seen,
                        (struct line){.t_ns = message->t_ns,
                                      .stream = message->stream,
                                      .partial = message->partial},
                        text, message->size);
    } else if (message->kind == MESSAGE_PROPERTY) {
        accept_property(job, message, text);
    } else {
        accept_end(job, message, text);
    }
}

/* Take whole messages from the front of the buffer. */
static void accept_messages(struct job *job)
{
    struct message message;
    size_t at = 0;

    while (job->used - at >= sizeof message) {
        memcpy(&message, job->buffer + at, sizeof message);
        if (job->used - at < sizeof message + message.size)
            break;
        accept_message(job, &message, job->buffer + at + sizeof message);
        at += sizeof message + message.size;
    }
    memmove(job->buffer, job->buffer + at, job->used - at);
    job->used -= at;
}

static void receive(struct live *live, struct job *job)
{
    char bytes[4096];
    ssize_t size = read(job->pipe, bytes, sizeof bytes);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        end(live, job);
        return;
    }
    job->buffer = must_resize(job->buffer, job->used + (size_t)size);
    memcpy(job->buffer + job->used, bytes, (size_t)size);
    job->used += (size_t)size;
    accept_messages(job);
    if (job->heard_out)
        end(live,
            job); /* not at the end of the pipe: the program may have left others holding it */
}

static void lose_patience(struct job *job)
{
    if (job->seen.finding != NULL)
        return;
    job->seen.finding = "livelock";
    job->seen.finding_lines = must_format("%s  does not end\n", job->role->program);
    job->seen.elapsed_ns = wall_clock() - job->start_ns;
    kill(-job->pid, SIGKILL);
}

/* Start what may start, wait for something to happen, take it in. */
static void turn(struct live *live)
{
    struct pollfd *polls = must_alloc(live->job_count * sizeof *polls);
    struct job **who = must_alloc(live->job_count * sizeof(struct job *));
    nfds_t count = 0;

    for (size_t i = 0; i < live->job_count; i++) {
        struct job *job = &live->jobs[i];

        if (job->pid == 0 && live->running < live->options->jobs)
            start(live, job);
        if (job->pid <= 0 || job->done)
            continue;
        if (wall_clock() > job->deadline_ns)
            lose_patience(job);
        polls[count] = (struct pollfd){.fd = job->pipe, .events = POLLIN};
        who[count++] = job;
    }
    if (poll(polls, count, 200) > 0) {
        for (nfds_t i = 0; i < count; i++) {
            if (polls[i].revents != 0)
                receive(live, who[i]);
        }
    }
    free(polls);
    free(who);
}

static void begin(void *self, const struct suite *suite)
{
    struct live *live = self;

    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario *scenario = suite->scenarios[i];

        if (scenario->live_skip != NULL)
            continue;
        for (size_t j = 0; j < scenario->run_count; j++) {
            live->jobs = must_resize(live->jobs, (live->job_count + 1) * sizeof *live->jobs);
            live->jobs[live->job_count++] = (struct job){.scenario = scenario,
                                                         .run = &scenario->runs[j],
                                                         .role = &scenario->runs[j].roles[0]};
        }
    }
}

static enum status observe_scenario(void *self, const struct scenario *scenario,
                                    struct observed_run *runs, struct verdict *verdict)
{
    struct live *live = self;

    (void)verdict;
    for (size_t i = 0; i < live->job_count; i++) {
        struct job *job = &live->jobs[i];

        if (job->scenario != scenario)
            continue;
        while (!job->done)
            turn(live);
        observed_run_add(&runs[job->run - scenario->runs], &job->seen);
    }
    return STATUS_CLEAN;
}

static void explain(void *self, const struct scenario *scenario, const struct observed_run *runs,
                    const struct verdict *verdict)
{
    bool show = ((struct live *)self)->options->show || verdict->reason_count > 0;

    for (size_t i = 0; show && i < scenario->run_count; i++)
        print_block(runs[i].outcomes[0].finding_lines);
}

static enum status run_command(struct live *live)
{
    const struct options *options = live->options;
    struct engine engine = {.world = "live",
                            .timing = options->untimed ? TIMING_IGNORED : TIMING_CLOSE,
                            .self = live,
                            .check = check,
                            .begin = begin,
                            .observe = observe_scenario,
                            .explain = explain};

    if (strcmp(options->command, "replay") != 0)
        return command(options, &engine);
    fputs("rondo-live: a tape is of the simulation; use rondo replay\n", stderr);
    return STATUS_USAGE;
}

int main(int argc, char **argv)
{
    struct options options;
    struct live live = {.options = &options};
    enum status status;
    char *modules;

    if (!options_read(&options, argc, argv, &status)) {
        free(options.paths);
        return (int)status;
    }
    signal(SIGPIPE,
           SIG_IGN); /* to write to who has gone is an error, as in simulation, not the end */
    modules = options.modules != NULL ? must_text(options.modules) : modules_beside_executable();
    live.modules.folder = modules;
    live.modules.script = &play_program;
    status = run_command(&live);
    free(live.jobs);
    module_set_close(&live.modules);
    free(modules);
    free(options.paths);
    return (int)status;
}
