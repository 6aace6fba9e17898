/* A bank of encoders: plays one transport stream for ever, on many channels at once, at a constant rate.
 *
 * Usage: sender udp FILE BPS LOOP_90K BASE_PORT COUNT   to 127.0.0.1:BASE_PORT+i, seven packets a datagram
 *        sender http FILE BPS LOOP_90K PORT COUNT       endless HTTP-TS to whoever connects, COUNT at most
 * Channels start at staggered places of the file. When it ends, PCR, PTS, DTS and continuity counters
 * go on as if it had not (LOOP_90K is the length of the file in 90 kHz ticks), so receivers see no jump.
 * With SENDER_MARKS set, prints "key CHANNEL UNIX_TIME" and "end CHANNEL UNIX_TIME" around each video key
 * frame sent. SIGTERM ends it; it then prints JSON with what it sent and how late it ever was.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PACKET = 188, PER_DATAGRAM = 7, DATAGRAM = PACKET * PER_DATAGRAM, BATCH = 64, BUFFERED = 1 << 16, MAX_CHANNELS = 512 };

/* Where a packet holds what a loop must change; 0 where there is nothing. */
struct spot { uint8_t pcr, pts, dts, step, picture, key; };
struct channel {
    long next, pass, sent;
    double phase;
    int fd, in_key;
    size_t held;
    unsigned char *buffer;
};

static unsigned char *file;
static struct spot *spots;
static long packets;
static uint64_t loop_90k;
static volatile sig_atomic_t ended;
static int marks;
static struct channel channels[MAX_CHANNELS];

static void on_term(int number) { (void)number; ended = 1; }

static double clock_of(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void study(void) {
    static long counted[8192];
    spots = calloc((size_t)packets, sizeof *spots);
    for (long i = 0; i < packets; i++) {
        unsigned char *p = file + i * PACKET;
        if (p[3] & 0x10) counted[(p[1] & 0x1f) << 8 | p[2]]++;
    }
    for (long i = 0; i < packets; i++) {
        unsigned char *p = file + i * PACKET;
        struct spot *s = &spots[i];
        int pid = (p[1] & 0x1f) << 8 | p[2], body = 4;
        if (pid == 0x1fff) continue;
        s->step = counted[pid] & 15;
        if (p[3] & 0x20) {
            if (p[4] > 6 && p[5] & 0x10) s->pcr = 6;
            body = 5 + p[4];
        }
        if (!(p[3] & 0x10) || !(p[1] & 0x40) || body > PACKET - 20) continue;
        if (p[body] || p[body + 1] || p[body + 2] != 1) continue;
        unsigned char id = p[body + 3];
        if ((id & 0xf0) == 0xe0) { s->picture = 1; s->key = (p[3] & 0x20) && p[4] && p[5] & 0x40; }
        if ((id & 0xf0) != 0xe0 && (id & 0xe0) != 0xc0 && id != 0xbd) continue;
        if (p[body + 7] & 0x80) s->pts = (uint8_t)(body + 9);
        if ((p[body + 7] & 0xc0) == 0xc0) s->dts = (uint8_t)(body + 14);
    }
}

static void shift_pts(unsigned char *at, uint64_t by) {
    uint64_t v = (uint64_t)(at[0] >> 1 & 7) << 30 | (uint64_t)at[1] << 22 | (uint64_t)(at[2] >> 1) << 15 | (uint64_t)at[3] << 7 | at[4] >> 1;
    v = (v + by) & 0x1ffffffffULL;
    at[0] = (unsigned char)((at[0] & 0xf1) | (v >> 30 & 7) << 1);
    at[1] = (unsigned char)(v >> 22);
    at[2] = (unsigned char)((v >> 15 & 0x7f) << 1 | 1);
    at[3] = (unsigned char)(v >> 7);
    at[4] = (unsigned char)((v & 0x7f) << 1 | 1);
}

static void shift_pcr(unsigned char *at, uint64_t by) {
    uint64_t v = (uint64_t)at[0] << 25 | (uint64_t)at[1] << 17 | (uint64_t)at[2] << 9 | (uint64_t)at[3] << 1 | at[4] >> 7;
    v = (v + by) & 0x1ffffffffULL;
    at[0] = (unsigned char)(v >> 25);
    at[1] = (unsigned char)(v >> 17);
    at[2] = (unsigned char)(v >> 9);
    at[3] = (unsigned char)(v >> 1);
    at[4] = (unsigned char)((at[4] & 0x7f) | (v & 1) << 7);
}

static void compose(struct channel *c, unsigned char *out, int count) {
    for (int i = 0; i < count; i++, out += PACKET) {
        struct spot *s = &spots[c->next];
        memcpy(out, file + c->next * PACKET, PACKET);
        if (c->pass) {
            uint64_t by = loop_90k * (uint64_t)c->pass;
            if (s->pcr) shift_pcr(out + s->pcr, by);
            if (s->pts) shift_pts(out + s->pts, by);
            if (s->dts) shift_pts(out + s->dts, by);
            out[3] = (unsigned char)((out[3] & 0xf0) | ((out[3] + (long)s->step * c->pass) & 15));
        }
        if (marks && s->picture && (c->in_key || s->key)) {
            if (c->in_key) printf("end %ld %.6f\n", (long)(c - channels), clock_of(CLOCK_REALTIME));
            if (s->key) printf("key %ld %.6f\n", (long)(c - channels), clock_of(CLOCK_REALTIME));
            c->in_key = s->key;
        }
        if (++c->next == packets) { c->next = 0; c->pass++; }
    }
}

static void flush(int fd, struct mmsghdr *batch, int filled) {
    for (int at = 0; at < filled;) {
        int took = sendmmsg(fd, batch + at, (unsigned)(filled - at), 0);
        at += took > 0 ? took : 1;
    }
}

static void nap(double seconds) {
    struct timespec t = {0, (long)(seconds * 1e9)};
    if (seconds > 0) nanosleep(&t, NULL);
}

static void play_udp(double bps, int base, int count) {
    static unsigned char room[BATCH][DATAGRAM];
    static struct sockaddr_in to[MAX_CHANNELS];
    struct mmsghdr batch[BATCH];
    struct iovec pieces[BATCH];
    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20, filled = 0;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    for (int i = 0; i < count; i++) {
        to[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((unsigned short)(base + i))};
        to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        channels[i].phase = (double)i / count;
        channels[i].next = packets * i / count / PER_DATAGRAM * PER_DATAGRAM;
    }
    double rate = bps / 8 / DATAGRAM, begin = clock_of(CLOCK_MONOTONIC), late = 0;
    long total = 0;
    while (!ended) {
        double now = clock_of(CLOCK_MONOTONIC);
        for (int i = 0; i < count; i++) {
            struct channel *c = &channels[i];
            double due = (now - begin) * rate + c->phase;
            if (due - (double)c->sent > late) late = due - (double)c->sent;
            for (; c->sent < (long)due; c->sent++, total++) {
                compose(c, room[filled], PER_DATAGRAM);
                pieces[filled] = (struct iovec){room[filled], DATAGRAM};
                batch[filled] = (struct mmsghdr){.msg_hdr = {&to[i], sizeof to[i], &pieces[filled], 1, NULL, 0, 0}};
                if (++filled == BATCH) { flush(fd, batch, filled); filled = 0; }
            }
        }
        flush(fd, batch, filled);
        filled = 0;
        nap(0.004 - (clock_of(CLOCK_MONOTONIC) - now));
    }
    printf("{\"datagrams\": %ld, \"late_ms\": %.1f}\n", total, late / rate * 1000);
}

static void flow_out(struct channel *c) {
    while (c->held) {
        ssize_t took = send(c->fd, c->buffer, c->held, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (took < 0) {
            if (errno != EAGAIN) { close(c->fd); c->fd = 0; }
            return;
        }
        c->held -= (size_t)took;
        memmove(c->buffer, c->buffer + took, c->held);
    }
}

static void play_http(double bps, int port, int count) {
    static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n";
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, used = 0;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 512)) { perror("listen"); exit(1); }
    double rate = bps / 8 / PACKET;
    long total = 0, dropped = 0;
    while (!ended) {
        double now = clock_of(CLOCK_MONOTONIC);
        for (int fd; used < MAX_CHANNELS && (fd = accept(listener, NULL, NULL)) >= 0; used++) {
            struct channel *c = &channels[used];
            char request[4096];
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (recv(fd, request, sizeof request, 0) <= 0) { close(fd); used--; continue; }
            *c = (struct channel){.fd = fd, .phase = now, .next = packets * (used % count) / count, .buffer = malloc(BUFFERED)};
            memcpy(c->buffer, HEAD, sizeof HEAD - 1);
            c->held = sizeof HEAD - 1;
        }
        for (int i = 0; i < used; i++) {
            struct channel *c = &channels[i];
            if (!c->fd) continue;
            long due = (long)((now - c->phase) * rate) - c->sent;
            while (due > 0 && c->held + PACKET <= BUFFERED) {
                compose(c, c->buffer + c->held, 1);
                c->held += PACKET;
                c->sent++;
                total++;
                due--;
            }
            if (due > 0) { dropped += due; c->sent += due; }
            flow_out(c);
        }
        nap(0.010 - (clock_of(CLOCK_MONOTONIC) - now));
    }
    printf("{\"packets\": %ld, \"dropped\": %ld}\n", total, dropped);
}

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    FILE *in = fopen(argv[2], "rb");
    if (!in) { perror(argv[2]); return 1; }
    fseek(in, 0, SEEK_END);
    packets = ftell(in) / PACKET;
    rewind(in);
    file = malloc((size_t)packets * PACKET);
    if (fread(file, PACKET, (size_t)packets, in) != (size_t)packets) return 1;
    fclose(in);
    loop_90k = strtoull(argv[4], NULL, 10);
    marks = getenv("SENDER_MARKS") != NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGTERM, on_term);
    study();
    int count = atoi(argv[6]);
    if (count < 1 || count > MAX_CHANNELS) return 2;
    if (!strcmp(argv[1], "udp")) play_udp(atof(argv[3]), atoi(argv[5]), count);
    else play_http(atof(argv[3]), atoi(argv[5]), count);
    return 0;
}
