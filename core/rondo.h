/*
 * rondo.h - everything a program needs.
 */
#ifndef RONDO_H
#define RONDO_H

#include "as_completed.h"
#include "barrier.h"
#include "concurrent.h"
#include "condition.h"
#include "context.h"
#include "coroutine.h"
#include "event.h"
#include "executor.h"
#include "gather.h"
#include "generator.h"
#include "group.h"
#include "handler.h"
#include "host.h"
#include "iterator.h"
#include "lock.h"
#include "loop.h"
#include "point.h"
#include "program.h"
#include "property.h"
#include "protocol.h"
#include "queue.h"
#include "run.h"
#include "semaphore.h"
#include "server.h"
#include "shield.h"
#include "signal.h"
#include "sleep.h"
#include "stream.h"
#include "task.h"
#include "threadsafe.h"
#include "timeout.h"
#include "transport.h"
#include "wait.h"
#include "with.h"

#endif
