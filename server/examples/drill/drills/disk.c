/* Between the server and the kernel (LD_PRELOAD): writes down every write, truncation and sync of one SQLite file and
 * its log, in their order, so that the drill can lay out the files as a power cut at any moment could have left them.
 * A write is noted before it is made and a sync after it is done: what the notes call durable is durable. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE = 2, SYNC = 3, UNLINK = 4 };
#define FILES 65536

static unsigned char file_of[FILES];
static int notes = -1;
static char database[4096], log_file[4112];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("DRILL_DISK_FILE"), *into = getenv("DRILL_DISK_NOTES");
    if (!file || !into) return;
    snprintf(database, sizeof database, "%s", file);
    snprintf(log_file, sizeof log_file, "%s-wal", file);
    notes = syscall(SYS_openat, AT_FDCWD, into, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static unsigned char which(const char *path) {
    if (notes < 0 || !path) return 0;
    if (!strcmp(path, database)) return 1;
    if (!strcmp(path, log_file)) return 2;
    return 0;
}

static unsigned char of(int fd) { return fd >= 0 && fd < FILES ? file_of[fd] : 0; }

/* 18 bytes before the data: kind, file, offset, length; little-endian on every machine this runs on. */
static void note(unsigned char kind, unsigned char file, uint64_t offset, uint64_t length, const void *data) {
    unsigned char head[18] = {kind, file};
    int kept = errno;
    memcpy(head + 2, &offset, 8);
    memcpy(head + 10, &length, 8);
    struct iovec parts[2] = {{head, sizeof head}, {(void *)data, data ? length : 0}};
    if (writev(notes, parts, data ? 2 : 1) < 0) abort();
    errno = kept;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    int fd = syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= 0 && fd < FILES) file_of[fd] = which(path);
    return fd;
}

#define MODE(last) mode_t mode = 0; if (flags & O_CREAT) { va_list rest; va_start(rest, last); mode = va_arg(rest, int); va_end(rest); }
int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags | O_LARGEFILE, mode); }

int close(int fd) {
    if (fd >= 0 && fd < FILES) file_of[fd] = 0;
    return syscall(SYS_close, fd);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    unsigned char file = of(fd);
    if (!file) return syscall(SYS_pwrite64, fd, data, length, offset);
    pthread_mutex_lock(&turn);
    note(WRITE, file, offset, length, data);
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, offset);
    pthread_mutex_unlock(&turn);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
    unsigned char file = of(fd);
    if (!file) return syscall(SYS_write, fd, data, length);
    pthread_mutex_lock(&turn);
    note(WRITE, file, lseek(fd, 0, SEEK_CUR), length, data);
    ssize_t done = syscall(SYS_write, fd, data, length);
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    unsigned char file = of(fd);
    if (!file) return syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&turn);
    note(TRUNCATE, file, length, 0, NULL);
    int done = syscall(SYS_ftruncate, fd, length);
    pthread_mutex_unlock(&turn);
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* Under the lock as well: what is written while the disk is busy must not be taken for synced. */
static int synced(long call, int fd) {
    unsigned char file = of(fd);
    if (!file) return syscall(call, fd);
    pthread_mutex_lock(&turn);
    int done = syscall(call, fd);
    if (done == 0) note(SYNC, file, 0, 0, NULL);
    pthread_mutex_unlock(&turn);
    return done;
}
int fsync(int fd) { return synced(SYS_fsync, fd); }
int fdatasync(int fd) { return synced(SYS_fdatasync, fd); }

int unlink(const char *path) {
    unsigned char file = which(path);
    if (file) {
        pthread_mutex_lock(&turn);
        note(UNLINK, file, 0, 0, NULL);
    }
    int done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (file) pthread_mutex_unlock(&turn);
    return done;
}
