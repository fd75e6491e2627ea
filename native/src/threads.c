/* Threads of one call: they are started for it and end with it, so a fork finds none, and callers share nothing. */

#define _GNU_SOURCE /* pthread_setcancelstate */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "../gsampler.h"
#include "run.h"

#ifndef WORTH
#define WORTH 5e5 /* nanoseconds of work worth starting a thread */
#endif
#define MOST 256

static _Atomic int32_t limit = 1;

int32_t gs_set_num_threads(int32_t n)
{
    if (n < 1)
        return GS_ERROR_THREADS;
    atomic_store(&limit, n);
    return GS_OK;
}

int32_t gs_get_num_threads(void)
{
    return atomic_load(&limit);
}

struct share {
    kernel *work;
    int64_t start, stop, invalid;
    const void *arguments;
    pthread_t thread;
    int started;
};

static void *do_share(void *argument)
{
    struct share *share = argument;
    share->invalid = share->work(share->start, share->stop, share->arguments);
    return NULL;
}

/* Signals are for the host's own threads, but for those that what a thread itself does gives rise to, or its time. */
static void block_signals(sigset_t *before)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF, SIGVTALRM};
    sigset_t most;
    sigfillset(&most);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&most, own[i]);
    pthread_sigmask(SIG_BLOCK, &most, before);
}

int64_t gs_run(kernel *work, int64_t items, double cost, int64_t grain, const void *arguments)
{
    const int64_t grains = parts_of(items, grain);
    const double shares_worth = (double)items * cost / WORTH;
    int64_t threads = least(least(gs_get_num_threads(), MOST), grains);
    if ((double)threads > shares_worth)
        threads = (int64_t)shares_worth;
    if (threads < 2)
        return work(0, items, arguments);

    struct share shares[MOST];
    const int64_t each = parts_of(grains, threads) * grain;
    threads = parts_of(items, each); /* none without work */
    sigset_t before;
    int cancelled;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelled); /* the others work on this one's stack */
    block_signals(&before);
    for (int64_t i = 0; i < threads; i++) {
        const int64_t start = i * each, stop = least(items, start + each);
        shares[i] = (struct share){work, start, stop, ALL_VALID, arguments, 0, 0};
        if (i > 0)
            shares[i].started = pthread_create(&shares[i].thread, NULL, do_share, &shares[i]) == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (int64_t i = 0; i < threads; i++)
        if (!shares[i].started)
            do_share(&shares[i]);
    int64_t invalid = ALL_VALID;
    for (int64_t i = 0; i < threads; i++) {
        if (shares[i].started)
            pthread_join(shares[i].thread, NULL);
        invalid = least(invalid, shares[i].invalid);
    }
    pthread_setcancelstate(cancelled, NULL);
    return invalid;
}
