/* Any number of viewers on one core: opens endless streams, throws their bytes away, notes who fell silent.
 *
 * Commands arrive as lines on standard input, which is a local stream socket:
 *   connect PORT CHANNELS COUNT  open COUNT more viewers GET /live/vNNNNN/secret/ID.ts, ID going round the channels
 *   take COUNT                   adopt COUNT connected descriptors passed along (TLS, handshake and GET done)
 *   hang COUNT                   close COUNT viewers
 *   window MS                    measure for MS milliseconds
 * Every command answers one JSON line. Bytes are discarded by MSG_TRUNC; every 97th plain viewer is
 * read in full and its 188-byte grid checked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FD = 32768, PENDING = 200, SAMPLE = 97, BIG = 1 << 20, TAKEN = 250 };

struct viewer { int used, sending, header, checked, fresh; long grid; double last, gap; char request[128]; };

static struct viewer viewers[MAX_FD];
static int poller, pending, serial, open_now, closed, refused, bad_sync, started;
static long long bytes;
static char scrap[BIG];

static double clock_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_s(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void drop(int fd) {
    struct viewer *v = &viewers[fd];
    if (v->header) pending--;
    if (!v->header) open_now--;
    v->used = 0;
    closed++;
    close(fd);
}

static void adopt(int fd, int established) {
    struct viewer *v = &viewers[fd];
    memset(v, 0, sizeof *v);
    v->used = 1;
    v->fresh = 1;
    v->last = clock_s();
    v->header = v->sending = !established;
    if (established) open_now++; else pending++;
    struct epoll_event want = {EPOLLIN | (established ? 0u : (unsigned)EPOLLOUT), {.fd = fd}};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &want);
}

static int dial(int port, int channels) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || fd >= MAX_FD) { perror("socket"); exit(1); }
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&there, sizeof there) && errno != EINPROGRESS) { close(fd); closed++; return 0; }
    adopt(fd, 0);
    viewers[fd].checked = serial % SAMPLE == 0;
    snprintf(viewers[fd].request, sizeof viewers[fd].request,
             "GET /live/v%05d/secret/%d.ts HTTP/1.1\r\nHost: bench\r\nUser-Agent: sink\r\n\r\n", serial, serial % channels + 1);
    serial++;
    return 1;
}

static void check_grid(struct viewer *v, const char *data, long size) {
    long at = (188 - v->grid % 188) % 188;
    for (; at < size; at += 188)
        if (data[at] != 0x47) bad_sync++;
    v->grid += size;
}

static void readable(int fd) {
    struct viewer *v = &viewers[fd];
    int look = v->header || v->checked;
    ssize_t got = recv(fd, scrap, BIG, MSG_DONTWAIT | (look ? 0 : MSG_TRUNC));
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { drop(fd); return; }
    double now = clock_s();
    if (!v->fresh && now - v->last > v->gap) v->gap = now - v->last;
    v->last = now;
    v->fresh = 0;
    bytes += got;
    if (v->header) {
        char *end = memmem(scrap, (size_t)got, "\r\n\r\n", 4);
        if (!end || strncmp(scrap, "HTTP/1.1 200", 12)) { refused++; drop(fd); return; }
        v->header = 0;
        pending--;
        open_now++;
        started++;
        if (v->checked) check_grid(v, end + 4, scrap + got - end - 4);
    } else if (v->checked) check_grid(v, scrap, got);
}

static void serve(double until, int enough_started) {
    struct epoll_event events[512];
    for (;;) {
        double left = until - clock_s();
        if (left <= 0 || (enough_started && !pending)) return;
        int count = epoll_wait(poller, events, 512, left > 0.1 ? 100 : (int)(left * 1000) + 1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            struct viewer *v = &viewers[fd];
            if (!v->used) continue;
            if (v->sending && events[i].events & EPOLLOUT) {
                if (send(fd, v->request, strlen(v->request), MSG_NOSIGNAL) < 0) { drop(fd); continue; }
                v->sending = 0;
                struct epoll_event want = {EPOLLIN, {.fd = fd}};
                epoll_ctl(poller, EPOLL_CTL_MOD, fd, &want);
            }
            if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) readable(fd);
        }
        if (enough_started && pending < PENDING) return;
    }
}

static void state(void) {
    printf("{\"open\": %d, \"closed\": %d, \"refused\": %d, \"pending\": %d}\n", open_now, closed, refused, pending);
}

static void connect_many(int port, int channels, int count) {
    double deadline = clock_s() + 10 + count / 400.0;
    for (int made = 0; made < count && clock_s() < deadline;) {
        if (pending < PENDING) made += dial(port, channels);
        else serve(clock_s() + 0.05, 1);
    }
    while (pending && clock_s() < deadline) serve(clock_s() + 0.05, 0);
    state();
}

static void hang_up(int count) {
    for (int fd = MAX_FD - 1; fd >= 0 && count > 0; fd--)
        if (viewers[fd].used && !viewers[fd].header) {
            drop(fd);
            closed--;
            count--;
        }
    state();
}

static int by_gap(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void window(double seconds) {
    static double gaps[MAX_FD];
    double begin = clock_s(), cpu = cpu_s();
    int shut = closed, bad = bad_sync, count = 0, silent = 0;
    bytes = 0;
    for (int fd = 0; fd < MAX_FD; fd++) viewers[fd].gap = 0;
    serve(begin + seconds, 0);
    double now = clock_s();
    for (int fd = 0; fd < MAX_FD; fd++) {
        struct viewer *v = &viewers[fd];
        if (!v->used || v->header) continue;
        double gap = now - v->last > v->gap ? now - v->last : v->gap;
        gaps[count++] = gap;
        silent += gap > 1.0;
    }
    qsort(gaps, (size_t)count, sizeof *gaps, by_gap);
    printf("{\"open\": %d, \"closed\": %d, \"silent\": %d, \"bad_sync\": %d, \"bps\": %.0f, \"gap_p50\": %.4f, "
           "\"gap_p99\": %.4f, \"gap_max\": %.4f, \"cpu\": %.4f}\n",
           open_now, closed - shut, silent, bad_sync - bad, (double)bytes * 8 / (now - begin), count ? gaps[count / 2] : 0,
           count ? gaps[(long)count * 99 / 100] : 0, count ? gaps[count - 1] : 0, (cpu_s() - cpu) / (now - begin));
}

/* One line from the driver, with the descriptors that came beside it; idle viewers are drained meanwhile. */
static int command(char *line, size_t room, int *fds, int *fd_count) {
    size_t held = 0;
    *fd_count = 0;
    while (held + 1 < room) {
        char control[CMSG_SPACE(sizeof(int) * TAKEN)];
        struct iovec piece = {line + held, 1};
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t got = recvmsg(0, &message, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) { serve(clock_s() + 0.005, 0); continue; }
        if (got <= 0) return 0;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
            if (c->cmsg_type != SCM_RIGHTS) continue;
            int count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            memcpy(fds + *fd_count, CMSG_DATA(c), (size_t)count * sizeof(int));
            *fd_count += count;
        }
        if (line[held] == '\n') { line[held] = 0; return 1; }
        held++;
    }
    return 0;
}

int main(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    char line[256];
    int fds[TAKEN * 2], taken, port, channels, count;
    while (command(line, sizeof line, fds, &taken)) {
        if (sscanf(line, "connect %d %d %d", &port, &channels, &count) == 3) connect_many(port, channels, count);
        else if (sscanf(line, "hang %d", &count) == 1) hang_up(count);
        else if (sscanf(line, "window %d", &count) == 1) window(count / 1000.0);
        else if (!strncmp(line, "take", 4)) {
            for (int i = 0; i < taken; i++) adopt(fds[i], 1);
            state();
        }
    }
    return 0;
}
