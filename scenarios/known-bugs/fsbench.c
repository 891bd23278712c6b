/*
 * fsbench (SCTBench, CS): a file system in which each thread takes an inode and looks for a free
 * block; there is a block less than there are threads.
 */
#include "threads.h"

enum { THREADS = 27, BLOCKS_MAX = 27 };

static rondo_lock inode_locks[THREADS], block_locks[BLOCKS_MAX];
static int inodes[THREADS];
static bool taken[BLOCKS_MAX];

static int create(int number)
{
    int blocks = fixed ? BLOCKS_MAX : BLOCKS_MAX - 1, at = number * 2 % blocks;

    LOCK(&inode_locks[number]);
    for (int tries = 0; RONDO_READ(inodes[number]) == 0; tries++) {
        RONDO_ALWAYS("there_is_a_free_block", tries < blocks);
        LOCK(&block_locks[at]);
        if (!RONDO_READ(taken[at])) {
            RONDO_WRITE(taken[at], true);
            RONDO_WRITE(inodes[number], at + 1);
        }
        UNLOCK(&block_locks[at]);
        at = (at + 1) % blocks;
    }
    UNLOCK(&inode_locks[number]);
    return 0;
}

static void run(int size)
{
    (void)size;
    start("creator", create, THREADS);
    join();
}

TWINS(run)
