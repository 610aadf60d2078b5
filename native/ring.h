/*
 * Rows that are to be written to sockets, and io_uring, by its raw system calls, which takes many of them in one.
 * The native sender is made of it, and the C program that it is measured beside.
 */
#pragma once
#include <errno.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_ROWS 256
#define SEND_FLAGS (MSG_DONTWAIT | MSG_NOSIGNAL)

struct row {
  int32_t fd, offset, length, sent;
};

struct ring {
  int fd; /* -1: there is none, or it has failed and is not used any more */
  void *queues;
  size_t queues_size;
  struct io_uring_sqe *sqes;
  uint32_t *sq_head, *sq_tail, sq_mask;
  uint32_t *cq_head, *cq_tail, cq_mask;
  struct io_uring_cqe *cqes;
};

static void send_row(const uint8_t *bytes, struct row *row) {
  ssize_t sent;
  do {
    sent = send(row->fd, bytes + row->offset, (size_t)row->length, SEND_FLAGS);
  } while (sent < 0 && errno == EINTR);
  row->sent = sent < 0 ? -errno : (int32_t)sent;
}

static int ring_enter(const struct ring *ring, uint32_t submit, uint32_t wait) {
  return (int)syscall(SYS_io_uring_enter, ring->fd, submit, wait, IORING_ENTER_GETEVENTS, NULL, 0);
}

static void ring_close(struct ring *ring) {
  if (ring->fd < 0) return;
  if (ring->sqes) munmap(ring->sqes, RING_ROWS * sizeof *ring->sqes);
  if (ring->queues) munmap(ring->queues, ring->queues_size);
  close(ring->fd);
  ring->fd = -1;
}

static bool ring_open(struct ring *ring) {
  struct io_uring_params params;
  memset(&params, 0, sizeof params);
  memset(ring, 0, sizeof *ring);
  /* Linux 6.1. Older kernels have io_uring too, and send() is as good as theirs. */
  params.flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  ring->fd = (int)syscall(SYS_io_uring_setup, RING_ROWS, &params);
  if (ring->fd < 0) return false;

  size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
  size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  ring->queues_size = sq_size > cq_size ? sq_size : cq_size;
  uint8_t *queues = MAP_FAILED;
  void *sqes = MAP_FAILED;
  if ((params.features & IORING_FEAT_SINGLE_MMAP) && params.sq_entries == RING_ROWS) {
    queues = mmap(NULL, ring->queues_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
    sqes = mmap(NULL, RING_ROWS * sizeof *ring->sqes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
  }
  ring->queues = queues == MAP_FAILED ? NULL : queues;
  ring->sqes = sqes == MAP_FAILED ? NULL : sqes;
  if (!ring->queues || !ring->sqes) {
    ring_close(ring);
    return false;
  }
  ring->sq_head = (uint32_t *)(queues + params.sq_off.head);
  ring->sq_tail = (uint32_t *)(queues + params.sq_off.tail);
  ring->sq_mask = *(uint32_t *)(queues + params.sq_off.ring_mask);
  ring->cq_head = (uint32_t *)(queues + params.cq_off.head);
  ring->cq_tail = (uint32_t *)(queues + params.cq_off.tail);
  ring->cq_mask = *(uint32_t *)(queues + params.cq_off.ring_mask);
  ring->cqes = (struct io_uring_cqe *)(queues + params.cq_off.cqes);
  uint32_t *order = (uint32_t *)(queues + params.sq_off.array);
  for (uint32_t i = 0; i < RING_ROWS; i++) order[i] = i;
  return true;
}

/* Takes what has been completed; returns how many that were. */
static uint32_t ring_reap(struct ring *ring, struct row *rows) {
  uint32_t head = *ring->cq_head;
  uint32_t count = __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) - head;
  for (uint32_t i = 0; i < count; i++) {
    const struct io_uring_cqe *cqe = &ring->cqes[(head + i) & ring->cq_mask];
    rows[cqe->user_data].sent = cqe->res;
  }
  __atomic_store_n(ring->cq_head, head + count, __ATOMIC_RELEASE);
  return count;
}

/* Sends up to RING_ROWS rows. With MSG_DONTWAIT the kernel completes each while it is submitted. */
static void ring_send(struct ring *ring, const uint8_t *bytes, struct row *rows, uint32_t count) {
  uint32_t tail = *ring->sq_tail;
  for (uint32_t i = 0; i < count; i++) {
    struct io_uring_sqe *sqe = &ring->sqes[(tail + i) & ring->sq_mask];
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = IORING_OP_SEND;
    sqe->fd = rows[i].fd;
    sqe->addr = (uint64_t)(uintptr_t)(bytes + rows[i].offset);
    sqe->len = (uint32_t)rows[i].length;
    sqe->msg_flags = SEND_FLAGS;
    sqe->user_data = i;
  }
  __atomic_store_n(ring->sq_tail, tail + count, __ATOMIC_RELEASE);

  uint32_t submitted = 0, reaped = 0;
  bool has_failed = false;
  while (reaped < (has_failed ? submitted : count)) {
    int entered = ring_enter(ring, has_failed ? 0 : count - submitted, (has_failed ? submitted : count) - reaped);
    int why = errno;
    /* What the kernel took stands in the ring, whatever the call returned. */
    submitted = __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) - tail;
    if (entered < 0 && why != EINTR) has_failed = true;
    reaped += ring_reap(ring, rows);
  }
  if (!has_failed) return;
  for (uint32_t i = submitted; i < count; i++) send_row(bytes, &rows[i]);
  ring_close(ring);
}
