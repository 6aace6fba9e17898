/* Keep-alive GETs as fast as a server answers, bodies thrown away unread.
 *
 * Usage: fetch PORT CONNECTIONS SECONDS PATH...
 * FETCH_HEADERS in the environment are header lines to send along, FETCH_STATUS the one awaited (200).
 * Each connection goes round the paths. Half a second of warm-up, then SECONDS are counted.
 * Prints JSON: requests, bytes and errors within the counted time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 1024, MAX_PATHS = 32768, BIG = 1 << 20 };

struct connection { int fd, path; long left; size_t held; char head[8192]; };

static struct connection all[MAX_CONNECTIONS];
static char **paths, *requests[MAX_PATHS], scrap[BIG], good[16];
static int port, path_count, poller;
static long done, errors;
static long long bytes;

static double clock_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ask(struct connection *c) {
    c->path = (c->path + 1) % path_count;
    c->left = -1;
    c->held = 0;
    const char *text = requests[c->path];
    if (send(c->fd, text, strlen(text), MSG_NOSIGNAL) < 0) errors++;
}

static void dial(struct connection *c) {
    int on = 1;
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&there, sizeof there)) { perror("connect"); exit(1); }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event want = {EPOLLIN, {.ptr = c}};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &want);
    ask(c);
}

static void again(struct connection *c) {
    errors++;
    close(c->fd);
    dial(c);
}

static void head(struct connection *c) {
    ssize_t got = recv(c->fd, c->head + c->held, sizeof c->head - 1 - c->held, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { again(c); return; }
    bytes += got;
    c->held += (size_t)got;
    c->head[c->held] = 0;
    char *end = strstr(c->head, "\r\n\r\n");
    if (!end) { if (c->held > sizeof c->head - 2) again(c); return; }
    char *length = strcasestr(c->head, "\r\ncontent-length:");
    if (!length || length > end || strncmp(c->head, good, 12)) { again(c); return; }
    c->left = atol(length + 17) - (long)(c->held - (size_t)(end + 4 - c->head));
}

static void readable(struct connection *c) {
    if (c->left < 0) head(c);
    if (c->left > 0) {
        ssize_t got = recv(c->fd, scrap, c->left < BIG ? (size_t)c->left : BIG, MSG_TRUNC | MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) { again(c); return; }
        bytes += got;
        c->left -= got;
    }
    if (c->left == 0) { done++; ask(c); }
}

static void run(double until) {
    struct epoll_event events[256];
    while (clock_s() < until) {
        int count = epoll_wait(poller, events, 256, 50);
        for (int i = 0; i < count; i++) readable(events[i].data.ptr);
    }
}

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    port = atoi(argv[1]);
    int connections = atoi(argv[2]);
    double seconds = atof(argv[3]);
    paths = argv + 4;
    path_count = argc - 4 < MAX_PATHS ? argc - 4 : MAX_PATHS;
    const char *more = getenv("FETCH_HEADERS"), *status = getenv("FETCH_STATUS");
    snprintf(good, sizeof good, "HTTP/1.1 %.3s", status ? status : "200");
    if (connections > MAX_CONNECTIONS) return 2;
    for (int i = 0; i < path_count; i++)
        if (asprintf(&requests[i], "GET %s HTTP/1.1\r\nHost: bench\r\nUser-Agent: fetch\r\n%s\r\n", paths[i], more ? more : "") < 0) return 1;
    poller = epoll_create1(0);
    for (int i = 0; i < connections; i++) { all[i].path = i % path_count; dial(&all[i]); }
    run(clock_s() + 0.5);
    done = errors = 0;
    bytes = 0;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    double begin = clock_s();
    run(begin + seconds);
    double took = clock_s() - begin;
    getrusage(RUSAGE_SELF, &after);
    double cpu = (double)(after.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_utime.tv_sec - before.ru_stime.tv_sec)
               + (double)(after.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_utime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    printf("{\"requests\": %ld, \"errors\": %ld, \"per_second\": %.1f, \"bps\": %.0f, \"cpu\": %.4f}\n", done, errors,
           (double)done / took, (double)bytes * 8 / took, cpu / took);
    return 0;
}
