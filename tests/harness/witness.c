/* The witness: preloaded into a program, it writes down whatever the program does to the files of one folder.

   Each operation becomes one record of HARNESS_LOG: first done, then written down, both under one lock that all processes
   share, so that the order of the records is that of the operations. A sync has two records, since what other threads
   write while it runs is not made durable by it. What is written to the file HARNESS_ACKS becomes a record too: so an
   acknowledgement has its place among the operations.

   HARNESS_CLOCK moves the program's wall clock by so many seconds. A program that was forked can change the clock and the
   faults for itself: it calls `witness_clock` and `witness_faults`.

   HARNESS_FAULTS, "seed:sync:write:full:burst:beginning", lets syncs and writes fail: parts of a million of syncs that
   fail with EIO, of writes that fail with EIO, of writes that find a full disk and keep half; each goes on for up to
   `burst` further operations. Only files whose paths begin with `beginning` are concerned.

   Python reads the records in operations.py, which has the same layout. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAGIC 0x57544e53u

struct __attribute__((packed)) record {
    uint32_t magic;
    uint8_t kind;
    uint32_t pid;
    uint64_t nanoseconds;
    uint64_t inode;
    uint64_t offset;
    uint64_t length;
    uint32_t path_length;
    uint32_t data_length;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int log_file = -1, lock_file = -1;
static pid_t owner;
static char folder[PATH_MAX], acks[PATH_MAX], log_path[PATH_MAX];
static size_t folder_length;

static uint32_t chance;
static long sync_fails, write_fails, finds_full;
static int burst, left, left_error;
static long moved;
static char faulty[PATH_MAX];

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void open_log(void) {
    if (log_file >= 0) syscall(SYS_close, log_file), syscall(SYS_close, lock_file);
    log_file = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    lock_file = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_RDONLY | O_CLOEXEC, 0);
    owner = (pid_t)syscall(SYS_getpid);
}

static void child(void) { pthread_mutex_init(&mutex, NULL); }

void witness_faults(const char *faults) {
    pthread_mutex_lock(&mutex);
    left = 0;
    faulty[0] = 0;
    sscanf(faults, "%u:%ld:%ld:%ld:%d:%4000s", &chance, &sync_fails, &write_fails, &finds_full, &burst, faulty);
    pthread_mutex_unlock(&mutex);
}

void witness_clock(long seconds) { moved = seconds; }

static void begin(void) {
    const char *to = getenv("HARNESS_LOG"), *of = getenv("HARNESS_FOLDER"), *heard = getenv("HARNESS_ACKS");
    const char *faults = getenv("HARNESS_FAULTS"), *clock = getenv("HARNESS_CLOCK");
    if (clock) witness_clock(atol(clock));
    if (!to || !of) return;
    snprintf(log_path, sizeof log_path, "%s", to);
    snprintf(folder, sizeof folder, "%s", of);
    snprintf(acks, sizeof acks, "%s", heard ? heard : "");
    folder_length = strlen(folder);
    if (faults) witness_faults(faults);
    open_log();
    /* Another thread may hold the mutex at the moment of a fork. */
    pthread_atfork(NULL, NULL, child);
}

static void lock(void) {
    pthread_mutex_lock(&mutex);
    if (log_file >= 0) {
        /* A lock belongs to an opened file, which a child would share with its parent. */
        if (owner != (pid_t)syscall(SYS_getpid)) open_log();
        while (flock(lock_file, LOCK_EX) && errno == EINTR);
    }
}

static void unlock(void) {
    if (log_file >= 0) flock(lock_file, LOCK_UN);
    pthread_mutex_unlock(&mutex);
}

static int watching(void) {
    pthread_once(&once, begin);
    return log_file >= 0;
}

/* To be called under the lock. */
static void note(char kind, uint64_t inode, uint64_t offset, uint64_t length, const char *path, const void *data,
                 size_t data_length) {
    int before = errno;
    struct timespec now;
    /* The system's own call, in case the program's clock is another. */
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    struct record record = {MAGIC, (uint8_t)kind, (uint32_t)owner, now.tv_sec * 1000000000ull + now.tv_nsec, inode,
                            offset, length, (uint32_t)strlen(path), (uint32_t)data_length};
    struct iovec parts[3] = {{&record, sizeof record}, {(void *)path, record.path_length}, {(void *)data, data_length}};
    syscall(SYS_writev, log_file, parts, 3);
    errno = before;
}

static int inside(const char *path) {
    size_t length = strlen(path);
    if (strncmp(path, folder, folder_length) || (path[folder_length] != '/' && path[folder_length])) return 0;
    /* SQLite's index of its log is memory that only looks like a file; it is made anew after a power cut. */
    return length < 4 || strcmp(path + length - 4, "-shm");
}

static int path_of(int file, char *path) {
    char link[64];
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    errno = before;
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static int seen(int file, char *path) { return watching() && path_of(file, path) && inside(path); }

static uint64_t inode_of(int file) {
    struct stat held;
    return fstat(file, &held) ? 0 : held.st_ino;
}

static int absolute(int at, const char *path, char *whole) {
    char base[PATH_MAX];
    if (path[0] == '/') return snprintf(whole, PATH_MAX, "%s", path) < PATH_MAX;
    if (at == AT_FDCWD ? !getcwd(base, sizeof base) : !path_of(at, base)) return 0;
    while (!strncmp(path, "./", 2)) path += 2;
    return snprintf(whole, PATH_MAX, "%s/%s", base, path) < PATH_MAX;
}

static long drawn(void) {
    chance = chance * 1664525u + 1013904223u;
    return (long)((chance >> 8) % 1000000);
}

/* Return the error with which this operation fails, or 0; to be called under the lock. */
static int fault(int is_sync, const char *path) {
    if (!sync_fails && !write_fails && !finds_full) return 0;
    if (strncmp(path, faulty, strlen(faulty))) return 0;
    if (left > 0) {
        left--;
        return is_sync && left_error == ENOSPC ? 0 : left_error;
    }
    int error = 0;
    if (is_sync) error = drawn() < sync_fails ? EIO : 0;
    else {
        long dice = drawn();
        error = dice < write_fails ? EIO : dice < write_fails + finds_full ? ENOSPC : 0;
    }
    if (error && burst > 0) left = (int)(drawn() % (burst + 1)), left_error = error;
    return error;
}

/* Opening ---------------------------------------------------------------------------------------------------------- */

static int opened(int file, const char *path, int flags, int existed) {
    char whole[PATH_MAX];
    int before = errno;
    struct stat held;
    if (file >= 0 && seen(file, whole) && !fstat(file, &held)) {
        if ((flags & O_CREAT) && !existed) note('C', held.st_ino, held.st_mode & 07777, 0, whole, "", 0);
        else if (flags & O_TRUNC) note('T', held.st_ino, 0, 0, whole, "", 0);
    }
    (void)path;
    errno = before;
    return file;
}

#define MODE(flags) mode_t mode = 0; if ((flags) & (O_CREAT | __O_TMPFILE)) { \
    va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

#define OPEN_AT(name, at, path, flags, call) \
    if (!watching() || !((flags) & (O_CREAT | O_TRUNC))) return call; \
    lock(); int existed = !faccessat(at, path, F_OK, 0); int file = opened(call, path, flags, existed); unlock(); \
    return file;

#define OPEN(name) int name(const char *path, int flags, ...) { \
    REAL(name); MODE(flags) OPEN_AT(name, AT_FDCWD, path, flags, real(path, flags, mode)) }
#define OPENAT(name) int name(int at, const char *path, int flags, ...) { \
    REAL(name); MODE(flags) OPEN_AT(name, at, path, flags, real(at, path, flags, mode)) }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)

/* As compiled with checks, which make sure that a mode is given where one is needed. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }
int __openat_2(int at, const char *path, int flags) { return openat(at, path, flags); }
int __openat64_2(int at, const char *path, int flags) { return openat64(at, path, flags); }
int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* Writing ---------------------------------------------------------------------------------------------------------- */

static int all_zero(const char *data, size_t length) {
    return length && !data[0] && !memcmp(data, data + 1, length - 1);
}

static void wrote(int file, const char *path, off_t offset, const void *data, size_t length) {
    if (all_zero(data, length)) note('Z', inode_of(file), offset, length, path, "", 0);
    else note('W', inode_of(file), offset, length, path, data, length);
}

/* Write at an offset, or where the file is if that is negative; ``call`` is the system's own. */
static ssize_t put(int file, const void *data, size_t length, off_t offset, int positioned, const char *path) {
    lock();
    if (!positioned) {
        struct stat held;
        offset = fcntl(file, F_GETFL) & O_APPEND && !fstat(file, &held) ? held.st_size : lseek(file, 0, SEEK_CUR);
    }
    int error = fault(0, path);
    if (error) note('N', inode_of(file), offset, length, path, "", 0);
    if (error == ENOSPC && length > 1 && drawn() % 2) length /= 2, error = 0;
    ssize_t done = -1;
    if (error) errno = error;
    else {
        done = positioned ? syscall(SYS_pwrite64, file, data, length, offset) : syscall(SYS_write, file, data, length);
        if (done > 0) wrote(file, path, offset, data, (size_t)done);
    }
    unlock();
    return done;
}

ssize_t write(int file, const void *data, size_t length) {
    REAL(write);
    char path[PATH_MAX];
    if (watching() && path_of(file, path)) {
        if (inside(path)) return put(file, data, length, 0, 0, path);
        if (!strcmp(path, acks)) {
            lock();
            ssize_t done = real(file, data, length);
            if (done > 0) note('A', 0, 0, (size_t)done, path, data, (size_t)done);
            unlock();
            return done;
        }
    }
    return real(file, data, length);
}

#define PWRITE(name, type) ssize_t name(int file, const void *data, size_t length, type offset) { \
    REAL(name); char path[PATH_MAX]; \
    return seen(file, path) ? put(file, data, length, offset, 1, path) : real(file, data, length, offset); }
PWRITE(pwrite, off_t) PWRITE(pwrite64, off64_t)

static ssize_t gathered(int file, const struct iovec *parts, int count, off_t offset, int positioned, const char *path) {
    size_t length = 0, at = 0;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    char *whole = malloc(length ? length : 1);
    if (!whole) return errno = ENOMEM, -1;
    for (int i = 0; i < count; i++) memcpy(whole + at, parts[i].iov_base, parts[i].iov_len), at += parts[i].iov_len;
    ssize_t done = put(file, whole, length, offset, positioned, path);
    int before = errno;
    free(whole);
    errno = before;
    return done;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    char path[PATH_MAX];
    return seen(file, path) ? gathered(file, parts, count, 0, 0, path) : real(file, parts, count);
}

#define PWRITEV(name, type) ssize_t name(int file, const struct iovec *parts, int count, type offset) { \
    REAL(name); char path[PATH_MAX]; \
    return seen(file, path) ? gathered(file, parts, count, offset, 1, path) : real(file, parts, count, offset); }
PWRITEV(pwritev, off_t) PWRITEV(pwritev64, off64_t)

/* Copies inside the kernel would not be seen: whoever asks for one is told to write by itself. */
#define COPY(name, first, second, type) ssize_t name(int first, int second, type *from, size_t length) { \
    REAL(name); char path[PATH_MAX]; \
    return seen(first, path) ? (errno = EINVAL, -1) : real(first, second, from, length); }
COPY(sendfile, to, of, off_t) COPY(sendfile64, to, of, off64_t)

ssize_t copy_file_range(int of, off64_t *from, int to, off64_t *at, size_t length, unsigned flags) {
    REAL(copy_file_range);
    char path[PATH_MAX];
    return seen(to, path) ? (errno = ENOSYS, -1) : real(of, from, to, at, length, flags);
}

#define MAP(name, type) void *name(void *at, size_t length, int protection, int flags, int file, type offset) { \
    REAL(name); char path[PATH_MAX]; \
    if (file >= 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE) && seen(file, path)) { \
        lock(); note('M', inode_of(file), offset, length, path, "", 0); unlock(); } \
    return real(at, length, protection, flags, file, offset); }
MAP(mmap, off_t) MAP(mmap64, off64_t)

/* Lengths ---------------------------------------------------------------------------------------------------------- */

#define FTRUNCATE(name, type) int name(int file, type length) { \
    REAL(name); char path[PATH_MAX]; \
    if (!seen(file, path)) return real(file, length); \
    lock(); int done = real(file, length); \
    if (!done) note('T', inode_of(file), length, 0, path, "", 0); \
    unlock(); return done; }
FTRUNCATE(ftruncate, off_t) FTRUNCATE(ftruncate64, off64_t)

#define TRUNCATE(name, type) int name(const char *path, type length) { \
    REAL(name); char whole[PATH_MAX]; struct stat held; \
    if (!watching() || !absolute(AT_FDCWD, path, whole) || !inside(whole)) return real(path, length); \
    lock(); int done = real(path, length); \
    if (!done && !stat(path, &held)) note('T', held.st_ino, length, 0, whole, "", 0); \
    unlock(); return done; }
TRUNCATE(truncate, off_t) TRUNCATE(truncate64, off64_t)

static int allocated(int file, off_t offset, off_t length, const char *path) {
    struct stat held;
    lock();
    int done = fault(0, path) ? (errno = ENOSPC, -1) : (int)syscall(SYS_fallocate, file, 0, offset, length);
    if (!done && !fstat(file, &held)) note('T', held.st_ino, held.st_size, 0, path, "", 0);
    unlock();
    return done;
}

#define ALLOCATE(name, type) int name(int file, type offset, type length) { \
    REAL(name); char path[PATH_MAX]; \
    if (!seen(file, path)) return real(file, offset, length); \
    int before = errno, error = allocated(file, offset, length, path) ? errno : 0; errno = before; return error; }
ALLOCATE(posix_fallocate, off_t) ALLOCATE(posix_fallocate64, off64_t)

#define FALLOCATE(name, type) int name(int file, int mode, type offset, type length) { \
    REAL(name); char path[PATH_MAX]; \
    if (!seen(file, path)) return real(file, mode, offset, length); \
    if (mode) return errno = EOPNOTSUPP, -1; \
    return allocated(file, offset, length, path); }
FALLOCATE(fallocate, off_t) FALLOCATE(fallocate64, off64_t)

/* Syncing ---------------------------------------------------------------------------------------------------------- */

static int synced(int file, int (*real)(int), const char *path) {
    struct stat held;
    fstat(file, &held);
    lock();
    int error = fault(1, path);
    note(error ? 'E' : 'B', held.st_ino, 0, 0, path, "", 0);
    unlock();
    if (error) return errno = error, -1;
    int done = real(file);
    lock();
    note(done ? 'E' : S_ISDIR(held.st_mode) ? 'D' : 'S', held.st_ino, 0, 0, path, "", 0);
    unlock();
    return done;
}

#define SYNC(name) int name(int file) { \
    REAL(name); char path[PATH_MAX]; return seen(file, path) ? synced(file, real, path) : real(file); }
SYNC(fsync) SYNC(fdatasync)

/* Names ------------------------------------------------------------------------------------------------------------ */

/* Write down that ``to`` is now what ``from`` was, both whole paths. */
static void named(char kind, const char *from, const char *to) {
    struct stat held;
    note(kind, lstat(to, &held) ? 0 : held.st_ino, 0, 0, to, from, strlen(from));
}

#define TWO(kind, from_at, from, to_at, to, call) \
    char whole[PATH_MAX], target[PATH_MAX]; \
    if (!watching() || !absolute(from_at, from, whole) || !absolute(to_at, to, target)) return call; \
    if (!inside(whole) && !inside(target)) return call; \
    lock(); int done = call; if (!done) named(kind, whole, target); unlock(); return done;

int rename(const char *from, const char *to) { REAL(rename); TWO('R', AT_FDCWD, from, AT_FDCWD, to, real(from, to)) }
int link(const char *from, const char *to) { REAL(link); TWO('L', AT_FDCWD, from, AT_FDCWD, to, real(from, to)) }
int renameat(int from_at, const char *from, int to_at, const char *to) {
    REAL(renameat);
    TWO('R', from_at, from, to_at, to, real(from_at, from, to_at, to))
}
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    REAL(renameat2);
    if (flags & 2 /* RENAME_EXCHANGE */) return errno = EINVAL, -1;
    TWO('R', from_at, from, to_at, to, real(from_at, from, to_at, to, flags))
}
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    REAL(linkat);
    TWO('L', from_at, from, to_at, to, real(from_at, from, to_at, to, flags))
}

#define ONE(kind, at, path, call) \
    char whole[PATH_MAX]; struct stat held; \
    if (!watching() || !absolute(at, path, whole) || !inside(whole)) return call; \
    lock(); int done = call; \
    if (!done) note(kind, (kind) == 'K' && !lstat(whole, &held) ? held.st_ino : 0, 0, 0, whole, "", 0); \
    unlock(); return done;

int unlink(const char *path) { REAL(unlink); ONE('U', AT_FDCWD, path, real(path)) }
int rmdir(const char *path) { REAL(rmdir); ONE('U', AT_FDCWD, path, real(path)) }
int remove(const char *path) { REAL(remove); ONE('U', AT_FDCWD, path, real(path)) }
int unlinkat(int at, const char *path, int flags) { REAL(unlinkat); ONE('U', at, path, real(at, path, flags)) }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); ONE('K', AT_FDCWD, path, real(path, mode)) }
int mkdirat(int at, const char *path, mode_t mode) { REAL(mkdirat); ONE('K', at, path, real(at, path, mode)) }

/* The wall clock --------------------------------------------------------------------------------------------------- */

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = (int)syscall(SYS_clock_gettime, which, now);
    watching();
    if (!done && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += moved;
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
    now->tv_sec = exact.tv_sec, now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (kept) *kept = exact.tv_sec;
    return exact.tv_sec;
}
