/*
 * jobs.c - see jobs.h.
 */
#include "cli/jobs.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

static size_t board_size(size_t count)
{
    return sizeof(struct job_board) + count * sizeof(((struct job_board *)NULL)->jobs[0]);
}

/* In the child. A Ctrl-C reaches all; the parent says through the board what is to be done. */
static void work_and_end(struct jobs *jobs, size_t index, job_work work, void *self, int parent)
{
    FILE *said = jobs->jobs[index].said;
    int status;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(3);
    signal(SIGINT, SIG_IGN);
    status = work(self, index, jobs->board, said);
    if (fflush(said) != 0)
        status = 3;
    _exit(status);
}

bool jobs_start(struct jobs *jobs, size_t count, job_work work, void *self)
{
    int parent = getpid();
    size_t i;

    *jobs = (struct jobs){.count = count, .jobs = must_alloc(count * sizeof *jobs->jobs)};
    jobs->board =
        mmap(NULL, board_size(count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (jobs->board == MAP_FAILED) {
        jobs->board = NULL;
        return false;
    }
    fflush(NULL); /* or each of them writes it */
    for (i = 0; i < count; i++) {
        struct job *job = &jobs->jobs[i];

        job->said = tmpfile();
        job->pid = job->said != NULL ? fork() : -1;
        if (job->pid == 0)
            work_and_end(jobs, i, work, self, parent);
        if (job->pid < 0)
            break;
    }
    if (i == count)
        return true;
    jobs->jobs[i].pid = 0;
    jobs->board->stop = true;
    while (jobs_wait(jobs, 100))
        ;
    return false;
}

static bool has_ended(struct job *job)
{
    int status;

    if (job->pid == 0 || waitpid(job->pid, &status, WNOHANG) != job->pid)
        return job->pid == 0;
    job->pid = 0;
    job->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    rewind(job->said);
    return true;
}

bool jobs_wait(struct jobs *jobs, int ms)
{
    for (int waited = 0;; waited += 5) {
        bool any = false;

        for (size_t i = 0; i < jobs->count; i++)
            any = !has_ended(&jobs->jobs[i]) || any;
        if (!any || waited >= ms)
            return any;
        poll(NULL, 0, 5);
    }
}

void jobs_free(struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        if (jobs->jobs[i].said != NULL)
            fclose(jobs->jobs[i].said);
    }
    if (jobs->board != NULL)
        munmap(jobs->board, board_size(jobs->count));
    free(jobs->jobs);
}
