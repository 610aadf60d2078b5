/*
 * The crowd of a measurement: WebSocket clients and HTTP publishers in one process, on one thread. It is light, so that the
 * server is what is measured, and it looks at every event: its channel, and per publisher a number without gaps.
 *
 * It never sleeps while something may come. On one machine whoever sends pays for waking who waits, which is more than
 * half of a write, which a network card would not do, and which falls to the slower server more often.
 *
 *   load PORT APP KEY SECRET     commands come on stdin, one a line; each is answered by one line of JSON
 *
 *   open COUNT PER PREFIX        COUNT sockets; socket i subscribes to PREFIX<i / PER>; presence channels are signed for
 *   publish MS BURST BATCH CONNECTIONS   for so long: BURST requests of BATCH events each, then wait until all is answered
 *                                and everybody has everything
 *   rate MS PER_SECOND           as many events a second, whether or not the server keeps up; times count from when each was due
 *   await EVENTS                 wait for what others publish
 *   size BYTES                   length of an event's text from here on (250)
 *   narrow                       sockets from here on have the smallest receive buffer there is
 *   doze                         sleep until something comes, from here on: for who shares its core
 *   freeze MS                    nobody reads or answers; after that it is seen who has been closed
 *   sip MS                       nobody reads, but for one byte a second each
 *   churn COUNT CHANNELS AT_ONCE PREFIX   connect, subscribe, leave: every other one with a close frame, the rest by RST
 *   close                        all sockets go
 *
 * An event's data: PP SSSSSSSS TTTTTTTTTTTTTTTT: publisher, its number on that channel, nanoseconds when it was due.
 */
#define _GNU_SOURCE
#include "digest.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_PEERS = 1 << 16, MAX_CHANNELS = 1 << 14, MAX_PUBLISHERS = 64, READ_BYTES = 1 << 18, CONNECTING_AT_ONCE = 64,
  SLOT_US = 5, SLOTS = 400000, /* times up to two seconds */
  DEADLINE_MS = 30000, QUIET_MS = 20,
};
enum state { GONE, SHAKING, OPEN, SUBSCRIBED };

struct peer { int fd, channel, rest_length; enum state state; char *rest; uint32_t *last; };
struct publisher { int fd, unanswered, out_length; char *out; char rest[4096]; int rest_length; };

static const char *app, *key;
static int port, loop, narrow, dozes, peer_count, ready_count, closed_count, publisher_count, per_channel = 1, channel_count, text_bytes = 250;
static char prefix[128];
static struct hmac mac;
static struct peer peers[MAX_PEERS];
static struct publisher publishers[MAX_PUBLISHERS];
static uint32_t (*numbers)[MAX_CHANNELS];
static char buffer[READ_BYTES];
static uint32_t *slots;
static uint64_t idle_ns, idle_since; /* nothing has come since; 0: something has */
static uint64_t asked, answered, refused, published, delivered, heard, gaps, twice, strays, slowest;

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void fail(const char *why) {
  printf("{\"error\":\"%s: %s\"}\n", why, strerror(errno)), fflush(stdout);
  exit(1);
}

static int dial(uint32_t tag) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int smallest = 1;
  if (narrow) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  if (fd < 0 || connect(fd, (void *)&address, sizeof address)) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};
  epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
  return fd;
}

static void write_all(int fd, const char *bytes, int length) {
  while (length > 0) {
    int sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) return; /* its closing is noticed where it is read */
    bytes += sent, length -= sent;
  }
}

static void say(struct peer *peer, int opcode, const char *text, int length) {
  static char frame[4096];
  const char mask[4] = {0x11, 0x22, 0x33, 0x44};
  int head = length < 126 ? 2 : 4;
  frame[0] = (char)(0x80 | opcode), frame[1] = (char)(0x80 | (length < 126 ? length : 126));
  if (head == 4) frame[2] = length >> 8, frame[3] = length;
  memcpy(frame + head, mask, 4);
  for (int i = 0; i < length; i++) frame[head + 4 + i] = text[i] ^ mask[i & 3];
  write_all(peer->fd, frame, head + 4 + length);
}

static void start(int index, int channel) {
  struct peer *peer = &peers[index];
  peer->fd = dial(index), peer->channel = channel, peer->state = SHAKING, peer->rest_length = 0;
  char request[512];
  write_all(peer->fd, request, sprintf(request,
    "GET /app/%s?protocol=7 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n\r\n", key, port));
}

static void subscribe(int index, const char *socket_id, int id_length) {
  struct peer *peer = &peers[index];
  char text[1024], signed_text[512], hex[65];
  int length;
  if (strncmp(prefix, "presence-", 9)) {
    length = sprintf(text, "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s%d\"}}", prefix, peer->channel);
  } else {
    int bytes = sprintf(signed_text, "%.*s:%s%d:{\"user_id\":\"%d\"}", id_length, socket_id, prefix, peer->channel, index);
    hmac_hex(&mac, signed_text, bytes, hex);
    length = sprintf(text, "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"%s%d\",\"auth\":\"%s:%s\",\"channel_data\":\"{\\\"user_id\\\":\\\"%d\\\"}\"}}",
                     prefix, peer->channel, key, hex, index);
  }
  say(peer, 1, text, length);
}

static void let_go(struct peer *peer) {
  if (peer->state == GONE) return;
  close(peer->fd);
  free(peer->rest), free(peer->last);
  memset(peer, 0, sizeof *peer);
}

static const char PONG[] = "{\"event\":\"pusher:pong\"}";
static const char EVENT[] = "{\"event\":\"bench\",\"data\":\"";

static void take_event(struct peer *peer, const char *text, int length) {
  char tail[160];
  int bytes = sprintf(tail, "\",\"channel\":\"%s%d\"}", prefix, peer->channel);
  const char *data = text + sizeof EVENT - 1;
  if (length < bytes || memcmp(text + length - bytes, tail, bytes)) {
    strays++;
    return;
  }
  unsigned publisher = atoi(data), number = atoi(data + 3);
  uint64_t took = (now_ns() - strtoull(data + 12, NULL, 10)) / 1000;
  if (publisher >= MAX_PUBLISHERS) return (void)strays++;
  if (!peer->last) peer->last = calloc(MAX_PUBLISHERS, sizeof *peer->last);
  if (number <= peer->last[publisher]) twice++; /* again, or behind a later one */
  else if (number > peer->last[publisher] + 1) gaps += number - peer->last[publisher] - 1;
  if (number > peer->last[publisher]) peer->last[publisher] = number;
  delivered++;
  if (took > slowest) slowest = took;
  slots[took / SLOT_US < SLOTS ? took / SLOT_US : SLOTS - 1]++;
}

static void take_message(int index, const char *text, int length) {
  struct peer *peer = &peers[index];
  if (length > (int)sizeof EVENT + 28 && !memcmp(text, EVENT, sizeof EVENT - 1)) return take_event(peer, text, length);
  if (memmem(text, length, "subscription_succeeded", 22)) {
    if (peer->state == OPEN) peer->state = SUBSCRIBED, ready_count++;
  } else if (memmem(text, length, "connection_established", 22)) {
    const char *id = memmem(text, length, "socket_id", 9);
    if (id && !strncmp(prefix, "presence-", 9)) id += 14, subscribe(index, id, strcspn(id, "\\"));
  } else {
    if (memmem(text, length, "pusher:ping", 11)) say(peer, 1, PONG, sizeof PONG - 1);
    heard++;
  }
}

/* @returns bytes used up; 0: there is more to come; -1: the server takes its leave */
static int take_frame(int index, char *at, int length) {
  struct peer *peer = &peers[index];
  if (peer->state == SHAKING) {
    char *end = memmem(at, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(at, "HTTP/1.1 101", 12)) return -1;
    peer->state = OPEN;
    if (strncmp(prefix, "presence-", 9)) subscribe(index, "", 0);
    return end + 4 - at;
  }
  if (length < 2) return 0;
  int opcode = at[0] & 15, head = 2;
  int64_t size = at[1] & 127;
  if (size == 126) {
    if (length < 4) return 0;
    size = (uint8_t)at[2] << 8 | (uint8_t)at[3], head = 4;
  } else if (size == 127) return -1; /* nothing here is that long */
  if (length < head + size) return 0;
  if (opcode == 8) return -1;
  if (opcode == 9) say(peer, 10, at + head, size);
  if (opcode == 1) take_message(index, at + head, size);
  return head + size;
}

static void read_peer(int index) {
  struct peer *peer = &peers[index];
  int length = peer->rest_length;
  if (peer->state == GONE) return;
  if (length) memcpy(buffer, peer->rest, length);
  int got = recv(peer->fd, buffer + length, READ_BYTES - length, 0), used = got <= 0 ? -1 : 0;
  char *at = buffer;
  for (length += got; got > 0 && length > 0; at += used, length -= used) {
    used = take_frame(index, at, length);
    if (used <= 0) break;
  }
  if (used < 0) {
    closed_count++;
    return let_go(peer);
  }
  if (length) peer->rest = realloc(peer->rest, length), memcpy(peer->rest, at, length);
  peer->rest_length = length;
}

static void read_publisher(struct publisher *publisher) {
  char *at = publisher->rest;
  int got = recv(publisher->fd, at + publisher->rest_length, sizeof publisher->rest - 1 - publisher->rest_length, 0);
  if (got <= 0) {
    if (publisher->unanswered > 0) fail("a publisher was cut off");
    close(publisher->fd);
    publisher->fd = -1; /* it had nothing to say for long */
    return;
  }
  int length = publisher->rest_length + got;
  at[length] = 0;
  for (char *end; (end = strstr(at, "\r\n\r\n"));) {
    *end = 0;
    char *size = strcasestr(at, "content-length:");
    int bytes = end + 4 - at + (size ? atoi(size + 15) : 0), good = !memcmp(at, "HTTP/1.1 200", 12);
    *end = '\r';
    if (bytes > length) break;
    answered++, publisher->unanswered--, refused += !good;
    at += bytes, length -= bytes;
  }
  memmove(publisher->rest, at, length + 1);
  publisher->rest_length = length;
}

static void end_idle(uint64_t now) {
  if (idle_since) idle_ns += now - idle_since;
  idle_since = 0;
}

/* One turn; where it dozes, it waits at most so long. */
static void turn(int timeout_ms) {
  struct epoll_event events[512];
  if (!idle_since) idle_since = now_ns();
  int count = epoll_wait(loop, events, 512, dozes ? timeout_ms : 0);
  if (count > 0) end_idle(now_ns());
  for (int i = 0; i < count; i++) {
    uint32_t tag = events[i].data.u32;
    if (tag >= MAX_PEERS) read_publisher(&publishers[tag - MAX_PEERS]);
    else read_peer(tag);
  }
}

static int event_json(char *json, int publisher, int channel, uint64_t due) {
  int around = sizeof EVENT - 1 + strlen("\",\"channel\":\"\"}") + snprintf(NULL, 0, "%s%d", prefix, channel);
  int head = sprintf(json, "{\"name\":\"bench\",\"channel\":\"%s%d\",\"data\":\"", prefix, channel), length = text_bytes - around;
  char *data = json + head;
  int bytes = sprintf(data, "%02d %08u %016llu ", publisher, ++numbers[publisher][channel], (unsigned long long)due);
  for (; bytes < length; bytes++) data[bytes] = '.';
  return head + bytes + sprintf(data + bytes, "\"}");
}

static void post(int which, int batch, uint64_t due) {
  static int next_channel;
  struct publisher *publisher = &publishers[which];
  end_idle(now_ns());
  if (!publisher->out) publisher->out = malloc(1 << 21);
  static char body[1 << 17], text[512];
  char md5[33], hex[65];
  int length = batch > 1 ? sprintf(body, "{\"batch\":[") : 0;
  for (int i = 0; i < batch; i++) {
    if (i) body[length++] = ',';
    length += event_json(body + length, which, next_channel++ % channel_count, due);
  }
  if (batch > 1) length += sprintf(body + length, "]}");
  const char *path = batch > 1 ? "batch_events" : "events";
  md5_hex(body, length, md5);
  int bytes = sprintf(text, "POST\n/apps/%s/%s\nauth_key=%s&auth_timestamp=%ld&auth_version=1.0&body_md5=%s", app, path, key, (long)time(NULL), md5);
  hmac_hex(&mac, text, bytes, hex);
  char *out = publisher->out + publisher->out_length;
  int head = sprintf(out, "POST /apps/%s/%s?%s&auth_signature=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                     app, path, strrchr(text, '\n') + 1, hex, port, length);
  memcpy(out + head, body, length);
  publisher->out_length += head + length;
  asked++, publisher->unanswered++, published += batch;
}

static void send_posts(void) {
  for (int i = 0; i < publisher_count; i++) {
    if (publishers[i].out_length) write_all(publishers[i].fd, publishers[i].out, publishers[i].out_length);
    publishers[i].out_length = 0;
  }
}

static void have_publishers(int count) {
  turn(0); /* whoever was hung up on is noticed here */
  for (int i = 0; i < count && i < MAX_PUBLISHERS; i++) {
    if (i < publisher_count && publishers[i].fd >= 0) continue;
    if (i >= publisher_count) publisher_count++;
    publishers[i].fd = dial(MAX_PEERS + i);
  }
}

static uint64_t expected(void) { return peer_count ? published * per_channel : 0; }
static int is_quiet(void) { return answered == asked && delivered + strays >= expected(); }

/* Until all is answered and delivered, or it is clear that it never will be. */
static void settle(void) {
  uint64_t end = now_ns() + DEADLINE_MS * 1000000ull;
  while (!is_quiet() && closed_count == 0 && now_ns() < end) turn(100);
}

static double slot_at(double share) {
  uint64_t passed = 0, total = delivered ? delivered : 1;
  for (int i = 0; i < SLOTS; i++)
    if ((passed += slots[i]) >= share * total) return (i + 0.5) * SLOT_US / 1000.0;
  return 0;
}

/* What happened since `began`, in one line; and the counts begin anew. */
static void report(uint64_t began) {
  uint64_t now = now_ns();
  if (idle_since) end_idle(now), idle_since = now;
  printf("{\"published\":%llu,\"delivered\":%llu,\"lost\":%lld,\"gaps\":%llu,\"outOfOrder\":%llu,\"strays\":%llu,\"refused\":%llu,\"heard\":%llu,"
         "\"closed\":%d,\"seconds\":%.6f,\"busySeconds\":%.6f,\"p50\":%.3f,\"p99\":%.3f,\"slowest\":%.3f}\n",
         (unsigned long long)published, (unsigned long long)delivered, (long long)(expected() - delivered), (unsigned long long)gaps,
         (unsigned long long)twice, (unsigned long long)strays, (unsigned long long)refused, (unsigned long long)heard, closed_count,
         (now - began) / 1e9, (now - began - idle_ns) / 1e9, slot_at(0.5), slot_at(0.99), slowest / 1000.0);
  fflush(stdout);
  asked = answered = refused = published = delivered = heard = gaps = twice = strays = slowest = 0;
  closed_count = 0, idle_ns = 0;
  memset(slots, 0, SLOTS * sizeof *slots);
}

static void open_peers(int count, int per) {
  int first = peer_count, wanted = ready_count + count;
  if (first + count > MAX_PEERS || (first + count - 1) / per >= MAX_CHANNELS) fail("too many");
  if (first == 0) memset(numbers, 0, MAX_PUBLISHERS * sizeof *numbers); /* nobody has heard any yet */
  per_channel = per, channel_count = (first + count - 1) / per + 1;
  uint64_t end = now_ns() + DEADLINE_MS * 4000000ull;
  while (ready_count < wanted && closed_count == 0 && now_ns() < end) {
    while (peer_count < first + count && peer_count - first - (ready_count - (wanted - count)) < CONNECTING_AT_ONCE)
      start(peer_count, peer_count / per), peer_count++;
    turn(100);
  }
  /* What the last ones' coming makes the server say to the others. */
  uint64_t before = heard, since = now_ns();
  for (; now_ns() < since + QUIET_MS * 1000000ull; turn(QUIET_MS))
    if (heard != before) before = heard, since = now_ns();
}

static void close_peers(void) {
  for (int i = 0; i < peer_count; i++) let_go(&peers[i]);
  peer_count = ready_count = 0;
}

static void churn(int count, int channels, int at_once) {
  int begun = 0, done = 0;
  uint64_t end = now_ns() + count * 5000000ull + DEADLINE_MS * 1000000ull;
  close_peers();
  peer_count = at_once;
  while (done < count && now_ns() < end) {
    for (int i = 0; i < at_once; i++) {
      if (peers[i].state == SUBSCRIBED) {
        struct linger at_once_by_rst = {1, 0};
        if (done % 2) setsockopt(peers[i].fd, SOL_SOCKET, SO_LINGER, &at_once_by_rst, sizeof at_once_by_rst);
        else say(&peers[i], 8, "\x03\xe8", 2);
        let_go(&peers[i]), done++, heard++;
      }
      if (peers[i].state == GONE && begun < count) start(i, begun++ % channels);
    }
    turn(100);
  }
  close_peers();
}

static void sip(uint64_t for_ms) {
  char one;
  for (uint64_t end = now_ns() + for_ms * 1000000; now_ns() < end; usleep(1000000))
    for (int i = 0; i < peer_count; i++) (void)!recv(peers[i].fd, &one, 1, MSG_DONTWAIT);
}

static void freeze(uint64_t for_ms) {
  usleep(for_ms * 1000);
  for (uint64_t end = now_ns() + for_ms * 1000000; now_ns() < end && closed_count < peer_count;) turn(100);
}

int main(int count, char **arguments) {
  if (count < 5) return fprintf(stderr, "usage: load PORT APP KEY SECRET\n"), 1;
  port = atoi(arguments[1]), app = arguments[2], key = arguments[3];
  hmac_key(&mac, arguments[4]);
  loop = epoll_create1(0);
  numbers = calloc(MAX_PUBLISHERS, sizeof *numbers);
  slots = calloc(SLOTS, sizeof *slots);
  char line[256], word[32];
  while (fgets(line, sizeof line, stdin)) {
    int a = 0, b = 0, c = 0, d = 0;
    uint64_t began = now_ns();
    idle_since = 0;
    sscanf(line, "%31s", word);
    if (!strcmp(word, "open") && sscanf(line, "open %d %d %100s", &a, &b, prefix) == 3) open_peers(a, b);
    else if (!strcmp(word, "publish") && sscanf(line, "publish %d %d %d %d", &a, &b, &c, &d) == 4) {
      have_publishers(d);
      if (channel_count == 0) channel_count = 1, strcpy(prefix, "bench");
      do {
        for (int i = 0; i < b; i++) post(i % d, c, now_ns());
        send_posts();
        settle();
      } while (now_ns() < began + a * 1000000ull && is_quiet() && closed_count == 0);
    } else if (!strcmp(word, "rate") && sscanf(line, "rate %d %d", &a, &b) == 2) {
      have_publishers(1);
      uint64_t total = (uint64_t)a * b / 1000;
      while (published < total && closed_count == 0) {
        uint64_t due = began + published * 1000000000ull / b, now = now_ns();
        if (due <= now) post(0, 1, due), send_posts();
        turn(due > now + 1500000 ? (due - now) / 1000000 - 1 : 0);
      }
      settle();
    } else if (!strcmp(word, "await") && sscanf(line, "await %d", &a) == 1) published = a, settle();
    else if (!strcmp(word, "narrow")) narrow = 1;
    else if (!strcmp(word, "doze")) dozes = 1;
    else if (!strcmp(word, "size") && sscanf(line, "size %d", &a) == 1) text_bytes = a;
    else if (!strcmp(word, "freeze") && sscanf(line, "freeze %d", &a) == 1) freeze(a);
    else if (!strcmp(word, "sip") && sscanf(line, "sip %d", &a) == 1) sip(a);
    else if (!strcmp(word, "churn") && sscanf(line, "churn %d %d %d %100s", &a, &b, &c, prefix) == 4) churn(a, b, c);
    else if (!strcmp(word, "close")) close_peers();
    else fail("no such command");
    report(began);
  }
}
