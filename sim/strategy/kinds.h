/*
 * kinds.h - the strategies there are, for the list in strategy.c.
 */
#ifndef RONDO_STRATEGY_KINDS_H
#define RONDO_STRATEGY_KINDS_H

#include "strategy/strategy.h"

extern const struct strategy_kind strategy_uniform;
extern const struct strategy_kind strategy_dfs;
extern const struct strategy_kind strategy_ties;
extern const struct strategy_kind strategy_pct3;
extern const struct strategy_kind strategy_pct10;
extern const struct strategy_kind strategy_delay;
extern const struct strategy_kind strategy_delay1;
extern const struct strategy_kind strategy_delay2;
extern const struct strategy_kind strategy_delay3;
extern const struct strategy_kind strategy_pos;
extern const struct strategy_kind strategy_urw;
extern const struct strategy_kind strategy_surw;
extern const struct strategy_kind strategy_rff;
extern const struct strategy_kind strategy_portfolio;
extern const struct strategy_kind strategy_dpor;

#endif
