/* The reference for endless TS: the least C that feeds viewers from the ring with epoll and sendfile.
 *
 * Usage: ts_server PORT RING_FOLDER PARTS_SOCKET CHANNELS
 * Parts are learnt from the ring writer's plain socket, one line each:
 *   channel slot offset size joinable
 * A viewer asks GET .../ID.ts, gets a header, then all parts from the newest joinable one on.
 * Edge-triggered readiness is registered once per socket, so a part costs one sendfile per viewer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { KEPT = 256, SLOTS = 64, LAG = 200, MAX_FD = 32768 };

struct part { int fd; long offset, size; };
struct viewer { int fd, channel, place, level; long next, sent; };
struct channel {
    struct part parts[KEPT];
    long head, joinable;
    int slots[SLOTS];
    struct viewer **viewers;
    int count, room;
};

static struct channel *channels;
static int channel_count, poller;
static struct viewer *by_fd[MAX_FD];
static const char *folder;
static const char HEADER[] = "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n";

static void leave(struct viewer *v) {
    if (v->channel >= 0) {
        struct channel *c = &channels[v->channel];
        c->viewers[v->place] = c->viewers[--c->count];
        c->viewers[v->place]->place = v->place;
    }
    by_fd[v->fd] = NULL;
    close(v->fd);
    free(v);
}

/* Send what the viewer lacks; 0 when it must be dropped. */
static int push(struct viewer *v) {
    struct channel *c = &channels[v->channel];
    while (v->next < c->head) {
        if (c->head - v->next > LAG) return 0;
        struct part *p = &c->parts[v->next % KEPT];
        off_t at = p->offset + v->sent;
        ssize_t took = sendfile(v->fd, p->fd, &at, (size_t)(p->size - v->sent));
        if (took < 0) {
            if (errno == EAGAIN) { v->level = 0; return 1; }
            return 0;
        }
        v->sent += took;
        if (v->sent == p->size) { v->next++; v->sent = 0; }
    }
    v->level = 1;
    return 1;
}

static void part_line(const char *line) {
    int number, slot, joinable;
    long offset, size;
    if (sscanf(line, "%d %d %ld %ld %d", &number, &slot, &offset, &size, &joinable) != 5) return;
    if (number < 1 || number > channel_count || slot < 0 || slot >= SLOTS) return;
    struct channel *c = &channels[number - 1];
    if (c->slots[slot] < 0) {
        char path[512];
        snprintf(path, sizeof path, "%s/%d/%d.ts", folder, number, slot);
        c->slots[slot] = open(path, O_RDONLY);
    }
    c->parts[c->head % KEPT] = (struct part){c->slots[slot], offset, size};
    if (joinable) c->joinable = c->head;
    c->head++;
    for (int i = c->count - 1; i >= 0; i--)
        if (c->viewers[i]->level && !push(c->viewers[i])) leave(c->viewers[i]);
}

static void read_parts(int fd) {
    static char buffer[1 << 16];
    static size_t held;
    ssize_t got = read(fd, buffer + held, sizeof buffer - 1 - held);
    if (got <= 0) exit(0);
    held += (size_t)got;
    buffer[held] = 0;
    char *line = buffer, *end;
    while ((end = strchr(line, '\n'))) {
        *end = 0;
        part_line(line);
        line = end + 1;
    }
    held -= (size_t)(line - buffer);
    memmove(buffer, line, held);
}

static int request(struct viewer *v) {
    char text[4096];
    ssize_t got = recv(v->fd, text, sizeof text - 1, 0);
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return 0;
    if (v->channel >= 0) return 1;
    text[got] = 0;
    char *dot = strstr(text, ".ts ");
    if (!dot) return 0;
    char *digits = dot;
    while (digits > text && digits[-1] >= '0' && digits[-1] <= '9') digits--;
    int number = atoi(digits);
    if (number < 1 || number > channel_count) return 0;
    v->channel = number - 1;
    struct channel *c = &channels[v->channel];
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 64;
        c->viewers = realloc(c->viewers, (size_t)c->room * sizeof *c->viewers);
    }
    v->place = c->count;
    c->viewers[c->count++] = v;
    v->next = c->joinable;
    if (send(v->fd, HEADER, sizeof HEADER - 1, MSG_NOSIGNAL) != sizeof HEADER - 1) return 0;
    return push(v);
}

static void accept_all(int listener) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fd >= MAX_FD) { close(fd); continue; }
        struct viewer *v = calloc(1, sizeof *v);
        *v = (struct viewer){.fd = fd, .channel = -1};
        by_fd[fd] = v;
        struct epoll_event want = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.fd = fd}};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &want);
    }
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    folder = argv[2];
    channel_count = atoi(argv[4]);
    channels = calloc((size_t)channel_count, sizeof *channels);
    for (int i = 0; i < channel_count; i++) memset(channels[i].slots, -1, sizeof channels[i].slots);
    poller = epoll_create1(0);
    int parts = socket(AF_UNIX, SOCK_STREAM, 0), listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_un there = {.sun_family = AF_UNIX};
    strncpy(there.sun_path, argv[3], sizeof there.sun_path - 1);
    if (connect(parts, (struct sockaddr *)&there, sizeof there)) { perror("parts socket"); return 1; }
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 4096)) { perror("listen"); return 1; }
    struct epoll_event first = {EPOLLIN, {.fd = parts}}, second = {EPOLLIN, {.fd = listener}};
    epoll_ctl(poller, EPOLL_CTL_ADD, parts, &first);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &second);
    struct epoll_event events[512];
    for (;;) {
        int count = epoll_wait(poller, events, 512, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == parts) { read_parts(parts); continue; }
            if (fd == listener) { accept_all(listener); continue; }
            struct viewer *v = by_fd[fd];
            if (!v) continue;
            int alive = !(events[i].events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP));
            if (alive && events[i].events & EPOLLIN) alive = request(v);
            if (alive && events[i].events & EPOLLOUT && v->channel >= 0 && !v->level) alive = push(v);
            if (!alive) leave(v);
        }
    }
}
