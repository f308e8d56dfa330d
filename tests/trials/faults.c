/* Faults at a chosen change of a file: the process is killed there, or the disk is full.
 *
 * Loaded before the C library (LD_PRELOAD). Every call that changes a file is counted, other
 * than those to the standard streams; at the one that was chosen the fault comes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

enum { NONE, KILL, TORN, FULL, FULL_ONCE };

static atomic_long calls;
static atomic_long chosen;
static atomic_int fault;

long fault_calls(void) { return atomic_load(&calls); }

void fault_arm(int kind, long at) {
    atomic_store(&calls, 0);
    atomic_store(&chosen, at);
    atomic_store(&fault, kind);
}

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Say whether the disk is full: from here on, or for this call alone. */
static int filled(void) { return atomic_load(&fault) >= FULL; }

/* Count a call; say whether the fault comes here. */
static int here(void) {
    long now = atomic_fetch_add(&calls, 1) + 1;
    int kind = atomic_load(&fault);
    if (kind == NONE) return 0;
    if (kind == FULL) return now >= atomic_load(&chosen);
    if (now != atomic_load(&chosen)) return 0;
    if (kind == KILL) end();
    return 1;
}

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int full(void) {
    errno = ENOSPC;
    return -1;
}

#define WRITING(call, half)                                  \
    if (fd > 2 && here()) {                                  \
        if (filled()) return full();      \
        (void)!(half);                                       \
        end();                                               \
    }                                                        \
    return call

ssize_t write(int fd, const void *data, size_t size) {
    WRITING(REAL(write)(fd, data, size), REAL(write)(fd, data, size / 2));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    WRITING(REAL(pwrite)(fd, data, size, at), REAL(pwrite)(fd, data, size / 2, at));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    WRITING(REAL(pwrite64)(fd, data, size, at), REAL(pwrite64)(fd, data, size / 2, at));
}

/* What frees room or changes names works on a full disk. */
#define CHANGING(call)                                       \
    if (here() && atomic_load(&fault) == TORN) end();        \
    return call

int ftruncate(int fd, off_t size) { CHANGING(REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { CHANGING(REAL(ftruncate64)(fd, size)); }
int fsync(int fd) { CHANGING(REAL(fsync)(fd)); }
int fdatasync(int fd) { CHANGING(REAL(fdatasync)(fd)); }
int unlink(const char *name) { CHANGING(REAL(unlink)(name)); }
int unlinkat(int at, const char *name, int how) { CHANGING(REAL(unlinkat)(at, name, how)); }
int rename(const char *from, const char *to) { CHANGING(REAL(rename)(from, to)); }
int link(const char *from, const char *to) { CHANGING(REAL(link)(from, to)); }
int linkat(int a, const char *from, int b, const char *to, int how) {
    CHANGING(REAL(linkat)(a, from, b, to, how));
}

#define OPENING(name, ...)                                   \
    mode_t mode = 0;                                         \
    if (how & (O_CREAT | O_TRUNC)) {                         \
        va_list rest;                                        \
        va_start(rest, how);                                 \
        mode = va_arg(rest, mode_t);                         \
        va_end(rest);                                        \
        if (here() && atomic_load(&fault) == TORN) end();    \
    }                                                        \
    return REAL(name)(__VA_ARGS__, how, mode)

int open(const char *name, int how, ...) { OPENING(open, name); }
int open64(const char *name, int how, ...) { OPENING(open64, name); }
int openat(int at, const char *name, int how, ...) { OPENING(openat, at, name); }
int openat64(int at, const char *name, int how, ...) { OPENING(openat64, at, name); }
