import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest, preValidationAsyncHookHandler } from 'fastify';
import type { Attachments } from '../../support/attachments.ts';
import { filesAtMost } from '../../support/outgoing.ts';
import { fileBytesAtMost } from '../../support/upload.ts';
import { callerOf } from './authenticate.ts';

/** What forms of any kind are read into. */
type Fields = Record<string, unknown>;

/** Bodies as browsers and axios send them: JSON, also an empty one; forms; forms with files. */
export async function readForms(fastify: FastifyInstance): Promise<void> {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Pages that have nothing to say still name its type.
    if (body.length === 0) done(null, undefined);
    else parseJson(request, body as string, done);
  });
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    const fields: Fields = {};
    for (const [name, value] of new URLSearchParams(body as string)) addField(fields, name, value);
    done(null, fields);
  });
  await fastify.register(multipart, {
    // One byte more than a file may have: then it is the desk that refuses it, in its words.
    limits: { fileSize: fileBytesAtMost + 1, files: filesAtMost, fields: 50, fieldSize: 64 * 1024, fieldNameSize: 100 },
    throwFileSizeLimit: false,
  });
}

/**
 * Reads a form with files before it is checked: each file goes to the desk as it comes, and its id into `field`. Other
 * bodies are left as they are.
 */
export function takesFiles(attachments: Attachments, field: string): preValidationAsyncHookHandler {
  return async (request) => {
    if (!request.isMultipart()) return;
    const fields: Fields = {};
    const ids: string[] = [];
    await eachPart(request, fields, async (file) => {
      const { room } = request.params as { room?: string };
      const upload = { name: file.filename, bytes: file.file, ...(room === undefined ? {} : { room }) };
      ids.push((await attachments.store(callerOf(request), upload)).attachment.id);
    });
    request.body = ids.length > 0 ? { ...fields, [field]: ids } : fields;
  };
}

/** Hands over the files one by one. When one is refused, the rest is read and thrown away, so that the answer arrives. */
export async function eachPart(
  request: FastifyRequest,
  fields: Fields,
  take: (file: MultipartFile) => Promise<void>,
): Promise<void> {
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') addField(fields, part.fieldname, part.value);
      else await take(part);
    }
  } catch (error) {
    request.raw.unpipe();
    request.raw.resume();
    throw error;
  }
}

/** `tags[]` is a list, also with one entry. */
function addField(fields: Fields, name: string, value: unknown): void {
  const [, list] = /^(.+)\[\]$/.exec(name) ?? [];
  const key = list ?? name;
  // An own field, whatever it is called.
  const before = Object.hasOwn(fields, key) ? fields[key] : undefined;
  const next = list === undefined ? value : [...(Array.isArray(before) ? before : []), value];
  Object.defineProperty(fields, key, { value: next, enumerable: true, configurable: true, writable: true });
}
