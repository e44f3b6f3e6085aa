/* A disk that fails when a test says so: the calls by which SQLite reaches its files, put in front of the
 * real ones with LD_PRELOAD.
 *
 * FAULTY_BOOK is how the paths of the files begin, FAULTY_CONTROL a folder with a file per kind of call
 * (write, sync, read, open, remove): "N COUNT ERRNO" lets the next N - 1 calls pass and then COUNT calls
 * fail. A write that fails has written half of what it was to write, as a real one may. An ERRNO below 0 is
 * no error: the program is killed there. While the folder has a file "hold", calls to sync wait.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static int is_path_of_book(const char *path) {
    const char *book = getenv("FAULTY_BOOK");
    return book != NULL && strncmp(path, book, strlen(book)) == 0;
}

static int is_book(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_path_of_book(path);
}

static void control_path(char *path, size_t size, const char *kind) {
    const char *folder = getenv("FAULTY_CONTROL");
    snprintf(path, size, "%s/%s", folder == NULL ? "" : folder, kind);
}

/* The error that this call is to fail with, or 0. */
static int fault(const char *kind) {
    char path[4096], text[64] = "";
    long next = 0, count = 0;
    int number = 0;
    control_path(path, sizeof path, kind);
    pthread_mutex_lock(&turn);
    long control = syscall(SYS_openat, AT_FDCWD, path, O_RDWR);
    if (control >= 0) {
        ssize_t length = syscall(SYS_pread64, control, text, sizeof text - 1, 0);
        if (length > 0 && sscanf(text, "%ld %ld %d", &next, &count, &number) == 3 && count > 0) {
            if (next > 1) {
                next--;
                number = 0;
            } else {
                count--;
            }
            int keep = 0;
            sscanf(text, "%*d %*d %d", &keep);
            int size = snprintf(text, sizeof text, "%ld %ld %d", next, count, keep);
            syscall(SYS_ftruncate, control, 0);
            syscall(SYS_pwrite64, control, text, size, 0);
        } else {
            number = 0;
        }
        syscall(SYS_close, control);
    }
    pthread_mutex_unlock(&turn);
    return number;
}

static int fail(int number) {
    if (number < 0) kill(getpid(), SIGKILL);
    errno = number;
    return -1;
}

static void wait_while_held(void) {
    char path[4096];
    control_path(path, sizeof path, "hold");
    while (access(path, F_OK) == 0) usleep(1000);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    if (is_book(fd)) {
        int number = fault("write");
        if (number != 0) {
            syscall(SYS_pwrite64, fd, bytes, count / 2, at);
            return fail(number);
        }
    }
    return syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pread64(int fd, void *bytes, size_t count, off64_t at) {
    if (is_book(fd)) {
        int number = fault("read");
        if (number != 0) return fail(number);
    }
    return syscall(SYS_pread64, fd, bytes, count, at);
}

int fsync(int fd) {
    if (is_book(fd)) {
        wait_while_held();
        int number = fault("sync");
        if (number != 0) return fail(number);
    }
    return syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    return fsync(fd);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, int) : 0;
    va_end(rest);
    if ((flags & O_ACCMODE) != O_RDONLY && is_path_of_book(path)) {
        int number = fault("open");
        if (number != 0) return fail(number);
    }
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int unlink(const char *path) {
    if (is_path_of_book(path)) {
        int number = fault("remove");
        if (number != 0) return fail(number);
    }
    return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
