/*
 * A payment that is booked once, however often it is asked for: who does not hear whether it was
 * booked asks again with the same key, and the bank does for a key what it has not begun for it
 * yet. Booking takes a while, so the key is noted before it begins, and who comes with it meanwhile
 * waits for the end of it.
 *
 * --key-after: the key is noted when the payment has been booked.
 */
#include "wire.h"

enum { PORT = 7500, PAYMENTS_MAX = 64, PAYMENTS = 5 };

/* ---- the bank ---- */

static struct payment {
    char key[LINE_SIZE]; /* empty: none yet */
    bool noted;
    int booked; /* times */
    rondo_event over;
} payments[PAYMENTS_MAX];

/* The payment of that key, or the next that has none, or NULL. */
static struct payment *find(const char *key)
{
    struct payment *payment = payments;

    while (payment < payments + PAYMENTS_MAX && payment->key[0] != '\0' &&
           strcmp(payment->key, key) != 0)
        payment++;
    if (payment == payments + PAYMENTS_MAX)
        return NULL;
    snprintf(payment->key, sizeof payment->key, "%s", key);
    return payment;
}

static int book(struct payment *payment)
{
    RONDO_TRY(rondo_sleep(RONDO_MS(60))); /* the ledger takes its time */
    payment->booked++;
    RONDO_ALWAYS("a payment is booked once", payment->booked == 1);
    return 0;
}

static int pay(struct payment *payment)
{
    if (payment->noted) {
        RONDO_SOMETIMES("a payment is asked for again", true);
        return rondo_event_wait(&payment->over);
    }
    if (!is_set("--key-after"))
        payment->noted = true;
    RONDO_TRY(book(payment));
    payment->noted = true;
    rondo_event_set(&payment->over);
    return 0;
}

static int answer(rondo_stream *stream, void *arg)
{
    struct payment *payment;
    char line[LINE_SIZE];

    (void)arg;
    if (hear(stream, line) < 0)
        return 0;
    payment = find(line);
    if (payment == NULL)
        return say(stream, "the bank is full\n");
    RONDO_TRY(pay(payment));
    say(stream, "paid\n"); /* whoever asked may have gone */
    return 0;
}

static int bank(void *arg, rondo_value *out)
{
    (void)arg;
    (void)out;
    return serve_forever(PORT, answer);
}

/* ---- who pays ---- */

static int payer(void *arg, rondo_value *out)
{
    char name[HOST_SIZE], line[LINE_SIZE];
    int paid = 0;

    (void)arg;
    (void)out;
    RONDO_TRY(own_name(name));
    while (paid < PAYMENTS) {
        int rc;

        snprintf(line, sizeof line, "%s pays number %d\n", name, paid);
        rc = ask(option("--bank", "127.0.0.1"), PORT, RONDO_MS(150), line);
        if (rc == RONDO_ECANCELED)
            return rc;
        RONDO_SOMETIMES("nobody knows whether it is paid", rc == RONDO_ETIMEDOUT);
        paid += rc == 0 && strcmp(line, "paid\n") == 0;
        RONDO_TRY(rondo_sleep(RONDO_MS(10)));
    }
    RONDO_EVENTUALLY("every payment is confirmed", paid == PAYMENTS);
    return 0;
}

static int bank_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, bank);
}

static int payer_main(int argc, char **argv)
{
    (void)argc;
    return run_program(argv, payer);
}

RONDO_PROGRAM(bank, bank_main);
RONDO_PROGRAM(payer, payer_main);
