/* MD5, SHA-256 and HMAC-SHA256 as a signed publish needs them: for the load generator, which signs, and the C server,
 * which checks. Texts shorter than 4 GB; hexadecimal results. */
#pragma once
#include <stdint.h>
#include <string.h>

static inline uint32_t rotl(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void hex_of(const uint8_t *bytes, int count, char *hex) {
  for (int i = 0; i < count; i++) {
    hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
  }
  hex[2 * count] = 0;
}

static const uint32_t MD5_K[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
    0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
    0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
    0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
    0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
    0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
static const uint8_t MD5_R[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};

static void md5_block(uint32_t *h, const uint8_t *block) {
  uint32_t w[16], a = h[0], b = h[1], c = h[2], d = h[3];
  memcpy(w, block, 64);
  for (int i = 0; i < 64; i++) {
    uint32_t f;
    int g;
    switch (i / 16) {
    case 0: f = (b & c) | (~b & d), g = i; break;
    case 1: f = (d & b) | (~d & c), g = (5 * i + 1) % 16; break;
    case 2: f = b ^ c ^ d, g = (3 * i + 5) % 16; break;
    default: f = c ^ (b | ~d), g = 7 * i % 16;
    }
    uint32_t next = b + rotl(a + f + MD5_K[i] + w[g], MD5_R[i / 16 * 4 + i % 4]);
    a = d, d = c, c = b, b = next;
  }
  h[0] += a, h[1] += b, h[2] += c, h[3] += d;
}

static const uint32_t SHA_K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static const uint32_t SHA_H[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static void sha256_block(uint32_t *h, const uint8_t *block) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
  }
  memcpy(s, h, 32);
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = s[7] + (rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + SHA_K[i] + w[i];
    uint32_t t2 = (rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 28);
    s[4] += t1, s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}

/* Feeds `text` and the padding; `before` bytes have gone into `h` already. The length is little-endian in MD5, big-endian in SHA. */
static void digest(uint32_t *h, void (*block)(uint32_t *, const uint8_t *), int big_endian, const char *text, size_t length, size_t before) {
  const uint8_t *at = (const uint8_t *)text;
  size_t left = length;
  for (; left >= 64; at += 64, left -= 64) block(h, at);
  uint8_t tail[128] = {0};
  memcpy(tail, at, left);
  tail[left] = 0x80;
  size_t end = left < 56 ? 64 : 128;
  uint64_t bits = (uint64_t)(before + length) * 8;
  for (int i = 0; i < 8; i++) tail[big_endian ? end - 1 - i : end - 8 + i] = bits >> 8 * i;
  for (size_t i = 0; i < end; i += 64) block(h, tail + i);
}

static void md5_hex(const char *text, size_t length, char hex[33]) {
  uint32_t h[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  digest(h, md5_block, 0, text, length, 0);
  hex_of((uint8_t *)h, 16, hex);
}

/* HMAC-SHA256 with its key taken in beforehand. */
struct hmac { uint32_t inner[8], outer[8]; };

static void hmac_key(struct hmac *mac, const char *secret) {
  uint8_t inner[64] = {0}, outer[64];
  memcpy(inner, secret, strlen(secret)); /* at most 64 bytes */
  for (int i = 0; i < 64; i++) outer[i] = inner[i] ^ 0x5c, inner[i] ^= 0x36;
  memcpy(mac->inner, SHA_H, 32), sha256_block(mac->inner, inner);
  memcpy(mac->outer, SHA_H, 32), sha256_block(mac->outer, outer);
}

static void sha_bytes(const uint32_t *h, uint8_t *bytes) {
  for (int i = 0; i < 32; i++) bytes[i] = h[i / 4] >> (24 - i % 4 * 8);
}

static void hmac_hex(const struct hmac *mac, const char *text, size_t length, char hex[65]) {
  uint32_t h[8];
  uint8_t bytes[32];
  memcpy(h, mac->inner, 32);
  digest(h, sha256_block, 1, text, length, 64);
  sha_bytes(h, bytes);
  memcpy(h, mac->outer, 32);
  digest(h, sha256_block, 1, (char *)bytes, 32, 64);
  sha_bytes(h, bytes);
  hex_of(bytes, 32, hex);
}
