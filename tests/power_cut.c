/* A power cut, for tests: everything that was written to the files of one folder and not made durable is undone, and the
 * process is gone. Preloaded into the process that is to suffer it.
 *
 * POWER_CUT_FOLDER: the files that are watched. POWER_CUT_NOW: the cut comes when this file appears.
 * Each write keeps what it overwrote until the next fsync or fdatasync of that file. It undoes all unsynced writes, not
 * random ones among them, and trusts the disk to keep what it said it kept. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct undo {
    ino_t file;
    char path[512];
    off_t size, at;
    size_t length;
    char *was;
    struct undo *before;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct undo *last;
static char folder[400];
static char trigger[400];

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);

static int watched(int fd, char *path, size_t room, struct stat *is) {
    char link[64];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, room - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    /* The wal-index is rebuilt after every crash and is never durable. */
    if (strncmp(path, folder, strlen(folder)) || strstr(path, "-shm") || !strstr(path, ".db")) return 0;
    return fstat(fd, is) == 0 && S_ISREG(is->st_mode);
}

/* Keeps what stands at this place. The lock is held. */
static void keep(const char *path, const struct stat *is, off_t at, size_t length) {
    struct undo *one = calloc(1, sizeof *one);
    int fd = open(path, O_RDONLY);
    snprintf(one->path, sizeof one->path, "%s", path);
    one->file = is->st_ino;
    one->size = is->st_size;
    one->at = at;
    one->was = malloc(length ? length : 1);
    ssize_t got = fd < 0 ? 0 : pread(fd, one->was, length, at);
    if (fd >= 0) close(fd);
    one->length = got > 0 ? (size_t)got : 0;
    one->before = last;
    last = one;
}

static void made_durable(int fd) {
    struct stat is;
    if (fstat(fd, &is)) return;
    for (struct undo **at = &last; *at;) {
        struct undo *one = *at;
        if (one->file == is.st_ino) {
            *at = one->before;
            free(one->was);
            free(one);
        } else {
            at = &one->before;
        }
    }
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
    char path[512];
    struct stat is;
    if (!real_pwrite) real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    if (!watched(fd, path, sizeof path, &is)) return real_pwrite(fd, bytes, length, at);
    pthread_mutex_lock(&lock);
    keep(path, &is, at, length);
    ssize_t done = real_pwrite(fd, bytes, length, at);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[512];
    struct stat is;
    if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
    if (!watched(fd, path, sizeof path, &is)) return real_write(fd, bytes, length);
    pthread_mutex_lock(&lock);
    keep(path, &is, lseek(fd, 0, SEEK_CUR), length);
    ssize_t done = real_write(fd, bytes, length);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off_t size) {
    char path[512];
    struct stat is;
    if (!real_ftruncate) real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    if (!watched(fd, path, sizeof path, &is)) return real_ftruncate(fd, size);
    pthread_mutex_lock(&lock);
    keep(path, &is, size, is.st_size > size ? (size_t)(is.st_size - size) : 0);
    int done = real_ftruncate(fd, size);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int durable(int fd, int (*real)(int)) {
    char path[512];
    struct stat is;
    if (!watched(fd, path, sizeof path, &is)) return real(fd);
    pthread_mutex_lock(&lock);
    int done = real(fd);
    if (done == 0) made_durable(fd);
    pthread_mutex_unlock(&lock);
    return done;
}

int fsync(int fd) {
    if (!real_fsync) real_fsync = dlsym(RTLD_NEXT, "fsync");
    return durable(fd, real_fsync);
}

int fdatasync(int fd) {
    if (!real_fdatasync) real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    return durable(fd, real_fdatasync);
}

/* Waits for the cut. From then on nobody else writes: the lock is kept until the end. */
static void *wait_for_it(void *unused) {
    (void)unused;
    while (access(trigger, F_OK)) usleep(500);
    pthread_mutex_lock(&lock);
    long undone = 0;
    for (struct undo *one = last; one; one = one->before, undone++) {
        int fd = open(one->path, O_WRONLY);
        if (fd < 0) continue;
        if (one->length) real_pwrite(fd, one->was, one->length, one->at);
        if (!real_ftruncate) real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
        real_ftruncate(fd, one->size);
        close(fd);
    }
    char said[64];
    int length = snprintf(said, sizeof said, "\npower cut: %ld writes undone\n", undone);
    if (real_write) real_write(2, said, (size_t)length);
    _exit(137);
}

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("POWER_CUT_FOLDER"), *when = getenv("POWER_CUT_NOW");
    pthread_t thread;
    if (!where || !when) return;
    snprintf(folder, sizeof folder, "%s", where);
    snprintf(trigger, sizeof trigger, "%s", when);
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    pthread_create(&thread, 0, wait_for_it, 0);
}
