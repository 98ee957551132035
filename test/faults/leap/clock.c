// Loaded into every program that has a C library (LD_PRELOAD): its clock on the wall is as many seconds off as the eight bytes of
// the file MACHINE_CLOCK say, from the moment at which they do. The monotonic clock stays right, as where a machine's clock is set.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const long none = 0;
static const volatile long *off = &none;
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

__attribute__((constructor)) static void load(void) {
  real_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  const char *path = getenv("MACHINE_CLOCK");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof *off, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) off = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  const int failed = syscall(SYS_clock_gettime, clock, at);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += *off;
  return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  const int failed = syscall(SYS_gettimeofday, at, zone);
  if (!failed && at) at->tv_sec += *off;
  return failed;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

// The kernel waits by its own clock. What lies near its start is a moment of the monotonic clock, which some wait by.
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
  struct timespec real = *until;
  if (real.tv_sec > 1000000000) real.tv_sec -= *off;
  return real_timedwait(condition, mutex, &real);
}
