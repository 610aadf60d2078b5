import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Reason, Refusal } from '../../refusal.ts';

/** What is looked at of a schema. */
interface Shape {
  type?: string;
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
  /** Of a whole number: what counts when none is given that makes sense. Too great or too small ones are cut. */
  default?: number;
  minimum?: number;
  maximum?: number;
}

type Problem = ReturnType<ReturnType<typeof Compile>['Errors']>[number];

const TRUE = /^(?:1|true|on|yes)$/i;

/**
 * Checks requests against their schemas, and says what is wrong with which field in Laravel's words, since the
 * frontends show the messages as they come. Forms and queries can only send text: it is read as the schema means it.
 */
export const laravelValidation: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const checker = Compile(schema);
  return (input: unknown) => {
    // A request without a body is one whose fields are all missing.
    const given = httpPart === 'body' && (input === undefined || input === null) ? {} : input;
    const value = read(schema as Shape, httpPart === 'querystring' ? withoutEmpty(given) : given);
    if (checker.Check(value)) return { value };
    // A path that cannot name anything names nothing.
    if (httpPart === 'params') return { error: new Refusal('not-found', 'Not found.') };
    return { error: refusalFor(checker.Errors(value)) };
  };
};

/** A page that filters by nothing writes `status=`. */
function withoutEmpty(query: unknown): unknown {
  return Object.fromEntries(Object.entries(query as object).filter(([, value]) => value !== ''));
}

/** The value as the schema means it; what cannot be read stays as it is, for the check to complain of. */
function read(shape: Shape, value: unknown): unknown {
  if (shape.anyOf) {
    if (value === null || value === '') return shape.anyOf.some(({ type }) => type === 'null') ? null : value;
    const [meant] = shape.anyOf.filter(({ type }) => type !== 'null');
    return meant ? read(meant, value) : value;
  }
  switch (shape.type) {
    case 'object':
      return shape.properties ? readFields(shape.properties, value) : value;
    case 'array':
      if (value === undefined || value === null) return value;
      return (Array.isArray(value) ? value : [value]).map((item) => (shape.items ? read(shape.items, item) : item));
    case 'integer':
      return readInteger(shape, value);
    case 'boolean':
      return TRUE.test(String(value));
    default:
      return value;
  }
}

function readInteger({ default: otherwise, minimum, maximum }: Shape, given: unknown): unknown {
  const value = typeof given === 'string' && /^-?\d{1,16}$/.test(given.trim()) ? Number(given) : given;
  if (otherwise === undefined) return value;
  if (!Number.isSafeInteger(value)) return otherwise;
  return Math.min(Math.max(value as number, minimum ?? otherwise), maximum ?? Number.MAX_SAFE_INTEGER);
}

/** Null and empty text count as not given, as Laravel's middleware has it, where the field cannot be null. */
function readFields(properties: Record<string, Shape>, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(properties)) {
    const given = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (given === undefined) continue;
    const isNothing = given === null || given === '';
    if (isNothing && !shape.anyOf && !(shape.type === 'string' && given === '')) continue;
    fields[name] = read(shape, given);
  }
  return fields;
}

function refusalFor(problems: Problem[]): Refusal {
  const fields: Record<string, string[]> = {};
  const reasons: Record<string, Reason> = {};
  for (const problem of problems) {
    for (const [field, { message, ...reason }] of told(problem)) {
      // One complaint a field is what Laravel's bail-out on types comes to.
      fields[field] ??= [message];
      reasons[field] ??= reason;
    }
  }
  const [first] = Object.values(fields).flat();
  return new Refusal('invalid', first ?? 'The given data was invalid.', { fields, reasons });
}

interface Complaint extends Reason {
  message: string;
}

function told({ keyword, instancePath, params }: Problem): [field: string, complaint: Complaint][] {
  const field = instancePath.slice(1).replaceAll('/', '.');
  const { requiredProperties, type, limit } = params as {
    requiredProperties?: string[];
    type?: string | string[];
    limit?: number;
  };
  if (keyword === 'required') {
    return (requiredProperties ?? []).map((name) => {
      const path = field ? `${field}.${name}` : name;
      return [path, required(path)];
    });
  }
  const found = complaint(keyword, String(type), limit ?? 0, field);
  return found && field ? [[field, found]] : [];
}

function required(field: string): Complaint {
  return { message: `The ${spoken(field)} field is required.`, rule: 'required' };
}

function complaint(keyword: string, type: string, limit: number, field: string): Complaint | undefined {
  const name = spoken(field);
  const must = (be: string) => `The ${name} field must ${be}.`;
  switch (keyword) {
    case 'type': {
      const [what, rule] = TYPES[type] ?? ['valid', type];
      return type === 'null' ? undefined : { message: must(`be ${what}`), rule };
    }
    case 'enum':
    case 'const':
      return { message: `The selected ${name} is invalid.`, rule: 'in' };
    case 'minLength':
      if (limit === 1) return required(field);
      return { message: must(`be at least ${limit} characters`), rule: 'min.string', limit };
    case 'maxLength':
      return { message: must(`not be greater than ${limit} characters`), rule: 'max.string', limit };
    case 'minimum':
      return { message: must(`be at least ${limit}`), rule: 'min.numeric', limit };
    case 'maximum':
      return { message: must(`not be greater than ${limit}`), rule: 'max.numeric', limit };
    case 'maxItems':
      return { message: must(`not have more than ${limit} items`), rule: 'max.array', limit };
    case 'anyOf':
      return undefined;
    default:
      return { message: `The ${name} field format is invalid.`, rule: 'regex' };
  }
}

const TYPES: Record<string, [what: string, rule: string]> = {
  string: ['a string', 'string'],
  integer: ['an integer', 'integer'],
  number: ['a number', 'numeric'],
  boolean: ['true or false', 'boolean'],
  array: ['an array', 'array'],
  object: ['an array', 'array'],
};

/** Laravel writes `admin_id` as words. */
function spoken(field: string): string {
  return field.replaceAll('_', ' ');
}
