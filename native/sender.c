/*
 * Many small writes to many sockets, in one call from JavaScript.
 *
 * open(table, bytes, how) gives a function send(count). JavaScript writes rows of four 32-bit integers into `table`,
 * (descriptor, offset, length, sent), and what they point at into `bytes`; send(count) sends the first `count` rows, never
 * waits, fills in `sent` (bytes the system took, or a negative errno) and returns how many rows are not complete. Nothing of
 * JavaScript runs meanwhile, so no descriptor can change hands between its row and its write.
 *
 * bound(descriptor, bytes) lets the system keep at most so much of what a peer has not read, twice that with its own
 * bookkeeping. Left alone it keeps megabytes for each of those who do not read, until the others' connections suffer.
 *
 * how: "send", a system call per row; "io_uring", one for up to RING_ROWS rows. open returns null where the kernel lacks it.
 */
#define NAPI_VERSION 8
#define _GNU_SOURCE
#include <node_api.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ring.h"

struct sender {
  napi_ref table_ref, bytes_ref;
  struct row *rows;
  uint32_t capacity;
  uint8_t *bytes;
  uint32_t size;
  struct ring ring;
};

static bool is_sound(const struct sender *s, const struct row *row) {
  return row->fd >= 0 && row->offset >= 0 && row->length > 0 && (uint32_t)row->offset <= s->size &&
         (uint32_t)row->length <= s->size - (uint32_t)row->offset;
}

/* One message to ourselves: a ring that is there may still be kept from sending. */
static bool ring_works(struct sender *s) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return false;
  struct row row = {.fd = pair[0], .offset = 0, .length = 1, .sent = 0};
  ring_send(&s->ring, s->bytes, &row, 1);
  close(pair[0]);
  close(pair[1]);
  return row.sent == 1 && s->ring.fd >= 0;
}

/* ---- Node-API ---- */

static napi_value fail(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

static napi_value send_rows(napi_env env, napi_callback_info info) {
  napi_value argument, result;
  size_t argc = 1;
  struct sender *s;
  uint32_t count = 0, incomplete = 0;
  napi_get_cb_info(env, info, &argc, &argument, NULL, (void **)&s);
  if (napi_get_value_uint32(env, argument, &count) != napi_ok || count > s->capacity) {
    return fail(env, "count must be a number of rows");
  }
  for (uint32_t first = 0; first < count;) {
    /* Up to the next row that cannot be sent. */
    uint32_t end = first;
    while (end < count && end - first < RING_ROWS && is_sound(s, &s->rows[end])) end++;
    if (end == first) {
      s->rows[first++].sent = -EINVAL;
      continue;
    }
    if (s->ring.fd >= 0) ring_send(&s->ring, s->bytes, &s->rows[first], end - first);
    else for (uint32_t i = first; i < end; i++) send_row(s->bytes, &s->rows[i]);
    first = end;
  }
  for (uint32_t i = 0; i < count; i++) incomplete += s->rows[i].sent != s->rows[i].length;
  napi_create_uint32(env, incomplete, &result);
  return result;
}

static void close_sender(napi_env env, void *data, void *hint) {
  struct sender *s = data;
  (void)hint;
  ring_close(&s->ring);
  if (s->table_ref) napi_delete_reference(env, s->table_ref);
  if (s->bytes_ref) napi_delete_reference(env, s->bytes_ref);
  free(s);
}

static napi_value open_sender(napi_env env, napi_callback_info info) {
  napi_value arguments[3], function;
  size_t argc = 3, rows, size;
  napi_typedarray_type table_type, bytes_type;
  void *table, *bytes;
  char how[16] = "";
  napi_get_cb_info(env, info, &argc, arguments, NULL, NULL);
  if (napi_get_typedarray_info(env, arguments[0], &table_type, &rows, &table, NULL, NULL) != napi_ok ||
      napi_get_typedarray_info(env, arguments[1], &bytes_type, &size, &bytes, NULL, NULL) != napi_ok ||
      napi_get_value_string_utf8(env, arguments[2], how, sizeof how, NULL) != napi_ok ||
      table_type != napi_int32_array || bytes_type != napi_uint8_array || size == 0 || size > INT32_MAX) {
    return fail(env, "open takes an Int32Array, a Uint8Array and how to send");
  }

  struct sender *s = calloc(1, sizeof *s);
  if (!s) return fail(env, "out of memory");
  s->rows = table;
  s->capacity = (uint32_t)(rows / 4);
  s->bytes = bytes;
  s->size = (uint32_t)size;
  s->ring.fd = -1;
  if (strcmp(how, "io_uring") == 0 && (!ring_open(&s->ring) || !ring_works(s))) {
    close_sender(env, s, NULL);
    napi_get_null(env, &function);
    return function;
  }
  if (napi_create_function(env, "send", NAPI_AUTO_LENGTH, send_rows, s, &function) != napi_ok ||
      napi_add_finalizer(env, function, s, close_sender, NULL, NULL) != napi_ok) {
    close_sender(env, s, NULL);
    return fail(env, "the function could not be made");
  }
  napi_create_reference(env, arguments[0], 1, &s->table_ref);
  napi_create_reference(env, arguments[1], 1, &s->bytes_ref);
  return function;
}

static napi_value bound_descriptor(napi_env env, napi_callback_info info) {
  napi_value arguments[2], result;
  size_t argc = 2;
  int32_t fd, bytes;
  napi_get_cb_info(env, info, &argc, arguments, NULL, NULL);
  if (argc < 2 || napi_get_value_int32(env, arguments[0], &fd) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &bytes) != napi_ok) {
    return fail(env, "bound takes a descriptor and a number of bytes");
  }
  bool is_bound = fd >= 0 && bytes > 0 && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) == 0;
  napi_get_boolean(env, is_bound, &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value open, bound;
  if (napi_create_function(env, "open", NAPI_AUTO_LENGTH, open_sender, NULL, &open) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "open", open) != napi_ok) return NULL;
  if (napi_create_function(env, "bound", NAPI_AUTO_LENGTH, bound_descriptor, NULL, &bound) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "bound", bound) != napi_ok) return NULL;
  return exports;
}
