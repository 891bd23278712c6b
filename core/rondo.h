/*
 * rondo.h - everything a program needs.
 */
#ifndef RONDO_H
#define RONDO_H

#include "event.h"
#include "gather.h"
#include "handler.h"
#include "lock.h"
#include "loop.h"
#include "program.h"
#include "queue.h"
#include "run.h"
#include "semaphore.h"
#include "sleep.h"
#include "task.h"
#include "timeout.h"

#endif
