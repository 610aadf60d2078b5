import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { isStoragePath, type Storage } from './storage.ts';

export interface S3Settings {
  /** `https://s3.eu-central-1.amazonaws.com`, or whatever else speaks S3; the bucket goes into the path. */
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  now?: () => number;
}

const requestSeconds = 60;
const emptySha256 = createHash('sha256').digest('hex');

/** A bucket of anything that speaks S3, by plain signed requests (AWS Signature, version 4). */
export function s3Storage(settings: S3Settings): Storage {
  const { endpoint, bucket, now = Date.now } = settings;

  async function ask(
    method: 'PUT' | 'GET' | 'DELETE',
    path: string,
    extra: Record<string, string> = {},
    body?: { bytes: Readable; sha256: string },
  ): Promise<Response> {
    if (!isStoragePath(path)) throw new Error('Not a path of the storage');
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${bucket}/${path}`);
    const headers = signed(settings, method, url, body?.sha256 ?? emptySha256, new Date(now()));
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: { ...headers, ...extra },
      redirect: 'error',
      signal: AbortSignal.timeout(requestSeconds * 1000),
    };
    if (body) Object.assign(init, { body: Readable.toWeb(body.bytes), duplex: 'half' });
    return fetch(url, init);
  }

  return {
    async put(path, bytes, { sizeBytes, sha256, mime }) {
      const headers = { 'content-type': mime, 'content-length': String(sizeBytes) };
      const response = await ask('PUT', path, headers, { bytes, sha256 });
      await settled(response, 'keep');
    },

    async get(path, range) {
      const response = await ask('GET', path, range ? { range: `bytes=${range.start}-${range.end}` } : {});
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      if (!response.ok || !response.body) return settled(response, 'give');
      return Readable.fromWeb(response.body as ReadableStream);
    },

    async remove(path) {
      const response = await ask('DELETE', path);
      if (response.status === 404) await response.body?.cancel();
      else await settled(response, 'remove');
    },
  };
}

async function settled(response: Response, what: string): Promise<null> {
  // Nothing of the answer is repeated: it may hold the request's own signature.
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The storage did not ${what} a file: ${response.status}`);
  return null;
}

/** The headers that prove the request is ours; the body is part of the proof by its hash. */
export function signed(
  { region, accessKeyId, secretAccessKey }: Pick<S3Settings, 'region' | 'accessKeyId' | 'secretAccessKey'>,
  method: string,
  url: URL,
  bodySha256: string,
  at: Date,
): Record<string, string> {
  const time = at.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const headers = { host: url.host, 'x-amz-content-sha256': bodySha256, 'x-amz-date': time };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = [method, url.pathname, url.searchParams.toString(), lines.join(''), names, bodySha256].join('\n');

  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, text).toString('hex');
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
