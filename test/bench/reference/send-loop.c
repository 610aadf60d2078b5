/*
 * What the fan-out is measured against: one thread, epoll, one send() per socket and event. `--joined`: the events of one
 * turn of the loop are put together first, so that a socket gets one send() per turn. `--ring`: joined too, and sent by
 * io_uring as the native sender does it: what that would reach if nothing else were to be done.
 *
 *   GET /app/…           a WebSocket; its handshake is answered for the one key that load.c sends
 *   pusher:subscribe     the digits at the end of the channel's name are its number
 *   POST /apps/…/events, /batch_events   the same signed requests that our server gets: MD5 and HMAC are checked, the
 *                        fields are found by their place in the text. It allows nothing, limits nothing, logs nothing.
 */
#define _GNU_SOURCE
#include "../../../native/ring.h"
#include "digest.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum { MAX_FDS = 1 << 17, MAX_CHANNELS = 1 << 16, READ_BYTES = 1 << 18 };

struct connection { char *rest; int rest_length, is_socket, channel, place; };
struct channel { int *fds, count, room; char *pending; int length, space; };

static struct connection connections[MAX_FDS];
static struct channel channels[MAX_CHANNELS];
static int dirty[MAX_CHANNELS], dirty_count, joined, loop;
static struct ring ring = {.fd = -1};
static struct hmac mac;
static char buffer[READ_BYTES + 1];

static void fail(const char *why) { perror(why), exit(1); }

/* Its readers keep up or the measurement is worth nothing: there is no queue here. */
static void send_all(int fd, const void *bytes, int length) {
  if (send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) == length) return;
  if (errno == EAGAIN) fail("a reader fell behind");
}

static void send_by_ring(const int *fds, int count, const char *bytes, int length) {
  static struct row rows[RING_ROWS];
  for (int first = 0, some; first < count; first += some) {
    some = count - first < RING_ROWS ? count - first : RING_ROWS;
    for (int i = 0; i < some; i++) rows[i] = (struct row){.fd = fds[first + i], .length = length};
    ring_send(&ring, (const uint8_t *)bytes, rows, some);
    for (int i = 0; i < some; i++)
      if (rows[i].sent >= 0 ? rows[i].sent < length : rows[i].sent == -EAGAIN) errno = EAGAIN, fail("a reader fell behind");
  }
}

static void leave(struct connection *one) {
  if (one->channel < 0) return;
  struct channel *channel = &channels[one->channel];
  int last = channel->fds[--channel->count];
  channel->fds[one->place] = last;
  connections[last].place = one->place;
  one->channel = -1;
}

static void hang_up(int fd) {
  leave(&connections[fd]);
  free(connections[fd].rest);
  memset(&connections[fd], 0, sizeof *connections);
  close(fd);
}

static void join(int fd, int number) {
  struct connection *one = &connections[fd];
  struct channel *channel = &channels[number];
  leave(one);
  if (channel->count == channel->room) channel->fds = realloc(channel->fds, sizeof(int) * (channel->room = channel->room * 2 + 4));
  one->channel = number, one->place = channel->count;
  channel->fds[channel->count++] = fd;
}

static int text_frame(char *frame, const char *text, int length) {
  int head = length < 126 ? 2 : 4;
  frame[0] = (char)0x81, frame[1] = length < 126 ? length : 126;
  if (head == 4) frame[2] = length >> 8, frame[3] = length;
  memcpy(frame + head, text, length);
  return head + length;
}

static void publish(int number, const char *text, int length) {
  static char frame[1 << 16];
  struct channel *channel = &channels[number];
  int bytes = text_frame(frame, text, length);
  if (!joined) {
    for (int i = 0; i < channel->count; i++) send_all(channel->fds[i], frame, bytes);
    return;
  }
  if (channel->length == 0) dirty[dirty_count++] = number;
  if (channel->length + bytes > channel->space) channel->pending = realloc(channel->pending, channel->space = channel->space * 2 + bytes);
  memcpy(channel->pending + channel->length, frame, bytes);
  channel->length += bytes;
}

static void end_turn(void) {
  for (int i = 0; i < dirty_count; i++) {
    struct channel *channel = &channels[dirty[i]];
    if (ring.fd >= 0) send_by_ring(channel->fds, channel->count, channel->pending, channel->length);
    else for (int k = 0; k < channel->count; k++) send_all(channel->fds[k], channel->pending, channel->length);
    channel->length = 0;
  }
  dirty_count = 0;
}

/* The text between `key` and the next quote; null when there is none. */
static char *field(char *from, char *end, const char *key, int *length) {
  char *at = memmem(from, end - from, key, strlen(key));
  if (!at) return NULL;
  at += strlen(key);
  char *quote = memchr(at, '"', end - at);
  if (!quote) return NULL;
  *length = quote - at;
  return at;
}

static int number_of(const char *name, int length) {
  int digits = length;
  while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') digits--;
  return digits == length ? 0 : atoi(name + digits) % MAX_CHANNELS;
}

static int is_signed(char *head, char *body, int length) {
  static char text[2048];
  char *path = strchr(head, ' ') + 1, *query = strchr(path, '?'), *end = strchr(path, ' ');
  char *signature = strstr(head, "&auth_signature="), *md5 = strstr(head, "&body_md5="), hex[65];
  if (!query || !signature || !md5 || query > end || signature > end || end - path > 2000) return 0;
  md5_hex(body, length, hex);
  if (memcmp(md5 + 10, hex, 32)) return 0;
  int bytes = sprintf(text, "POST\n%.*s\n%.*s", (int)(query - path), path, (int)(signature - query - 1), query + 1);
  hmac_hex(&mac, text, bytes, hex);
  return !memcmp(signature + 16, hex, 64);
}

/* @returns bytes used up; 0: there is more to come */
static int http(int fd, char *at, int length) {
  char *end = memmem(at, length, "\r\n\r\n", 4);
  if (!end) return 0;
  int head = end + 4 - at;
  if (at[0] == 'G') {
    const char *answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    const char *hello = "{\"event\":\"pusher:connection_established\",\"data\":\"{\\\"socket_id\\\":\\\"1.1\\\",\\\"activity_timeout\\\":30}\"}";
    char frame[256];
    send_all(fd, answer, strlen(answer));
    send_all(fd, frame, text_frame(frame, hello, strlen(hello)));
    connections[fd].is_socket = 1;
    return head;
  }
  *end = 0;
  char *size = strcasestr(at, "content-length:");
  int body_length = size ? atoi(size + 15) : 0;
  *end = '\r';
  if (length < head + body_length) return 0;
  char *body = at + head, *body_end = body + body_length;
  if (!is_signed(at, body, body_length)) {
    fprintf(stderr, "a publish is not signed as it should be\n");
    exit(1);
  }
  int name_length, channel_length, data_length;
  for (char *name; (name = field(body, body_end, "\"name\":\"", &name_length)); body = name) {
    char *channel = field(name, body_end, "\"channel\":\"", &channel_length);
    char *data = channel ? field(channel, body_end, "\"data\":\"", &data_length) : NULL;
    if (!data) break;
    static char text[1 << 16];
    int bytes = snprintf(text, sizeof text, "{\"event\":\"%.*s\",\"data\":\"%.*s\",\"channel\":\"%.*s\"}", name_length, name, data_length, data,
                         channel_length, channel);
    publish(number_of(channel, channel_length), text, bytes);
    name = data;
  }
  const char *answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  send_all(fd, answer, strlen(answer));
  return head + body_length;
}

/* @returns bytes used up; 0: there is more to come; -1: the peer takes its leave */
static int web_socket(int fd, char *at, int length) {
  if (length < 6) return 0;
  int opcode = at[0] & 15, size = at[1] & 127, head = 2;
  if (size == 126) size = (uint8_t)at[2] << 8 | (uint8_t)at[3], head = 4;
  if (length < head + 4 + size) return 0;
  char *mask = at + head, *text = mask + 4;
  for (int i = 0; i < size; i++) text[i] ^= mask[i & 3];
  if (opcode == 8) return -1;
  int name_length;
  char *name = field(text, text + size, "\"channel\":\"", &name_length), answer[512], frame[520];
  if (name) {
    join(fd, number_of(name, name_length));
    int bytes = snprintf(answer, sizeof answer, "{\"event\":\"pusher_internal:subscription_succeeded\",\"data\":\"{}\",\"channel\":\"%.*s\"}", name_length, name);
    send_all(fd, frame, text_frame(frame, answer, bytes));
  }
  return head + 4 + size;
}

static void read_from(int fd) {
  struct connection *one = &connections[fd];
  int length = one->rest_length;
  if (length) memcpy(buffer, one->rest, length);
  int got = recv(fd, buffer + length, READ_BYTES - length, 0);
  if (got <= 0) return hang_up(fd);
  length += got;
  buffer[length] = 0;
  char *at = buffer;
  for (int used; length > 0; at += used, length -= used) {
    used = one->is_socket ? web_socket(fd, at, length) : http(fd, at, length);
    if (used < 0) return hang_up(fd);
    if (used == 0) break;
  }
  if (length) one->rest = realloc(one->rest, length), memcpy(one->rest, at, length);
  one->rest_length = length;
}

int main(int count, char **arguments) {
  int by_ring = count > 2 && !strcmp(arguments[2], "--ring");
  joined = by_ring || (count > 2 && !strcmp(arguments[2], "--joined"));
  if (count < 2) return fprintf(stderr, "usage: send-loop SECRET [--joined | --ring]\n"), 1;
  if (by_ring && !ring_open(&ring)) fail("io_uring");
  hmac_key(&mac, arguments[1]);
  int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(door, (void *)&address, size) || listen(door, 4096) || getsockname(door, (void *)&address, &size)) fail("listen");
  printf("Listening on 127.0.0.1:%d\n", ntohs(address.sin_port)), fflush(stdout);
  loop = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = door}, events[1024];
  epoll_ctl(loop, EPOLL_CTL_ADD, door, &event);
  for (;;) {
    int ready = epoll_wait(loop, events, 1024, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd != door) {
        read_from(events[i].data.fd);
        continue;
      }
      for (int fd; (fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        if (fd >= MAX_FDS) fail("too many sockets");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        connections[fd].channel = -1;
        event.data.fd = fd;
        epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
      }
    }
    end_turn();
  }
}
