/*
 * seconds.h - nanoseconds as people read them: printf(SECONDS "s", SECONDS_OF(ns)) is "1.500s".
 */
#ifndef RONDO_BASE_SECONDS_H
#define RONDO_BASE_SECONDS_H

#define SECONDS        "%lld.%03lld"
#define SECONDS_OF(ns) (long long)((ns) / 1000000000), (long long)((ns) / 1000000 % 1000)

#endif
