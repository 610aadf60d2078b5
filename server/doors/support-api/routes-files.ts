import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { Refusal } from '../../refusal.ts';
import type { Delivery } from '../../support/attachments.ts';
import { invalid } from '../../support/input.ts';
import { fileOf, filesPath } from '../../support/outgoing.ts';
import { callerOf } from './authenticate.ts';
import { eachPart } from './form.ts';
import type { House } from './house.ts';
import { timeOf } from './present.ts';
import { File, RoomFile } from './wire.ts';
import { FileQuery, RoomFilesQuery, RoomParams } from './wire-requests.ts';

const tags = ['Files'];

/** Sending files ahead of a message, and the files of a room. */
export const uploadRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { attachments, present }) => {
  fastify.post(
    '/chat/upload',
    {
      schema: {
        tags,
        summary: 'Send a file ahead; a message names it in `attachment_ids`',
        description: 'multipart/form-data with one `file` of at most 10 MB.',
        response: { 201: File },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const stored: Awaited<ReturnType<typeof attachments.store>>[] = [];
      if (request.isMultipart()) {
        await eachPart(request, {}, async (file) => {
          stored.push(await attachments.store(caller, { name: file.filename, bytes: file.file }));
        });
      }
      const [first] = stored;
      if (!first) throw invalid('file', 'The file field is required.');
      reply.code(201);
      return present.file(first.file);
    },
  );

  fastify.get(
    '/chat/room/:room/files',
    {
      schema: {
        tags,
        summary: 'The files of a conversation, newest first',
        params: RoomParams,
        querystring: RoomFilesQuery,
        response: { 200: Type.Object({ data: Type.Array(RoomFile) }) },
      },
    },
    async (request) => {
      const { before, limit = 50 } = request.query;
      const files = await attachments.ofRoom(callerOf(request), request.params.room, before ?? null, limit);
      return { data: files.map((each) => ({ ...present.file(fileOf(each)), created_at: timeOf(each.createdAt) })) };
    },
  );
};

/** The bytes, where Laravel's frontends look for them. */
export const fileRoutes: FastifyPluginAsyncTypebox<House> = async (fastify, { attachments, fileLinks }) => {
  fastify.get(
    `${filesPath}*`,
    {
      config: { access: 'anybody' },
      schema: { tags, security: [], summary: 'A file, for whoever has a link to it', querystring: FileQuery },
    },
    async (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      const { expires, signature } = request.query;
      const { caller } = request;
      const isLinked = expires !== undefined && signature !== undefined && fileLinks.opens(path, expires, signature);
      if (!isLinked && !caller) throw new Refusal('forbidden', 'This link is not valid any more.');
      const open = (range?: { start: number; end: number }) =>
        isLinked || !caller ? attachments.openByLink(path, range) : attachments.open(caller, path, range);
      const whole = await open();
      setHeaders(reply, whole, isLinked ? Math.max(0, (expires ?? 0) - Math.floor(Date.now() / 1000)) : 0);
      if (request.headers['if-none-match'] === whole.etag) {
        whole.stream.destroy();
        return reply.code(304).send();
      }
      const range = rangeAsked(request, whole);
      if (range === undefined) {
        if (whole.sizeBytes !== null) reply.header('content-length', whole.sizeBytes);
        return reply.send(whole.stream);
      }
      whole.stream.destroy();
      if (range === null) return reply.code(416).header('content-range', `bytes */${whole.sizeBytes}`).send();
      const { stream } = await open(range);
      return reply
        .code(206)
        .header('content-range', `bytes ${range.start}-${range.end}/${whole.sizeBytes}`)
        .header('content-length', range.end - range.start + 1)
        .send(stream);
    },
  );
};

/** Somebody else's file on our own origin: it runs nothing, frames nothing, and is only what we say it is. */
function setHeaders(
  reply: FastifyReply,
  { contentType, disposition, name, etag, sizeBytes }: Delivery,
  seconds: number,
) {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  reply
    .header('content-type', contentType)
    .header('content-disposition', `${disposition}; filename="${ascii}"; filename*=UTF-8''${encoded(name)}`)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', `private, max-age=${seconds}, immutable`)
    .header('etag', etag);
  if (sizeBytes !== null) reply.header('accept-ranges', 'bytes');
}

/** As RFC 5987 wants it. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** One range, as players and downloads ask for; undefined: the whole; null: none of it is there. */
function rangeAsked(request: FastifyRequest, { sizeBytes, etag }: Delivery) {
  const { range, 'if-range': ifRange } = request.headers;
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (!asked || sizeBytes === null || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const [, from = '', to = ''] = asked;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  return start > end ? null : { start, end };
}
