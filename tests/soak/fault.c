// Fails one call on a file of a vault: FAROL_FAULT is `write|sync:KIND:N:once|all`, KIND is an errno
// by name, SHORT (half is written, and said so) or TORN (half is written, and the process is killed).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { NONE, ERRNO, SHORT, TORN };

static atomic_long n_calls;

static int is_of_vault(int fd) {
    const char *dir = getenv("FAROL_FAULT_DIR");
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!dir || length < 0) return 0;
    path[length] = 0;
    return strncmp(path, dir, strlen(dir)) == 0 && !strstr(path, "vault.lock");
}

static enum kind fault(const char *call, int fd, int *error) {
    const char *text = getenv("FAROL_FAULT");
    char which[16], kind[16], lasts[16];
    long at;
    if (!text || sscanf(text, "%15[^:]:%15[^:]:%ld:%15s", which, kind, &at, lasts) != 4) return NONE;
    if (strcmp(which, call) != 0 || !is_of_vault(fd)) return NONE;
    long n = atomic_fetch_add(&n_calls, 1) + 1;
    if (n != at && !(n > at && strcmp(lasts, "all") == 0)) return NONE;
    if (strcmp(kind, "SHORT") == 0) return SHORT;
    if (strcmp(kind, "TORN") == 0) return TORN;
    *error = strcmp(kind, "ENOSPC") == 0 ? ENOSPC : EIO;
    return ERRNO;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITE(name, args, pass)                                                                        \
    ssize_t name args {                                                                                \
        int error = 0;                                                                                 \
        switch (fault("write", fd, &error)) {                                                          \
        case ERRNO: errno = error; return -1;                                                          \
        case SHORT: count /= 2; break;                                                                 \
        case TORN: count /= 2; (void)!REAL(name) pass; kill(getpid(), SIGKILL); break;                 \
        case NONE: break;                                                                              \
        }                                                                                              \
        return REAL(name) pass;                                                                        \
    }

WRITE(write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))

#define SYNC(name)                                                                                     \
    int name(int fd) {                                                                                 \
        int error = 0;                                                                                 \
        if (fault("sync", fd, &error) == NONE) return REAL(name)(fd);                                  \
        errno = error;                                                                                 \
        return -1;                                                                                     \
    }

SYNC(fsync)
SYNC(fdatasync)
