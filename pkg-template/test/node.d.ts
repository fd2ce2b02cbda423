// As much of Node's types as the tests use; @types/node would also give its globals to src.

declare module "node:test" {
  interface Suite {
    (name: string, body: () => void): void;
    skip(name: string, body: () => void): void;
  }
  export const describe: Suite;
  export function test(name: string, body: () => void | Promise<void>): void;
  export function afterEach(body: () => void | Promise<void>): void;
  export function before(body: () => void | Promise<void>): void;
  export function beforeEach(body: () => void | Promise<void>): void;
}

declare module "node:assert/strict" {
  export function equal<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
  export function notEqual(actual: unknown, expected: unknown, message?: string): void;
  export function deepEqual(actual: unknown, expected: unknown, message?: string): void;
  export function ok(actual: unknown, message?: string): asserts actual;
  export function match(actual: string, expected: RegExp, message?: string): void;
  export function doesNotMatch(actual: string, expected: RegExp, message?: string): void;
  export function throws(body: () => unknown, expected: object | ((error: unknown) => boolean)): void;
  export function rejects(promise: Promise<unknown> | (() => Promise<unknown>), expected: object): Promise<void>;
}

declare module "node:fs" {
  export function existsSync(path: URL): boolean;
  export function readFileSync(path: URL, encoding: "utf8"): string;
  export function readFileSync(path: URL): Uint8Array;
  export function readdirSync(path: URL): string[];
  export function writeFileSync(path: URL, text: string): void;
  export function mkdirSync(path: URL, options: { recursive: true }): void;
  export function rmSync(path: URL, options: { recursive: true; force: true }): void;
  export function cpSync(from: URL, to: URL): void;
  export function symlinkSync(to: URL, path: URL): void;
}

declare module "node:child_process" {
  export function execFileSync(program: string, words: string[], options: { cwd: URL; encoding: "utf8" }): string;
}

declare module "node:zlib" {
  export function brotliCompressSync(bytes: Uint8Array): Uint8Array;
}

declare module "node:v8" {
  export function setFlagsFromString(flags: string): void;
}

declare module "node:vm" {
  export function runInNewContext(code: string): unknown;
}

declare module "node:http" {
  interface Incoming extends AsyncIterable<Uint8Array> {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
  }
  interface Answer {
    statusCode: number;
    hasHeader(name: string): boolean;
    getHeader(name: string): unknown;
    setHeader(name: string, value: string): void;
    end(body: string): void;
  }
  interface Server {
    listen(port: number, host: string, listening: () => void): void;
    address(): { port: number };
    closeAllConnections(): void;
    close(): void;
  }
  export function createServer(answer: (request: Incoming, response: Answer) => void): Server;
}

declare module "qs" {
  export function parse(query: string, options?: { plainObjects?: boolean; allowPrototypes?: boolean; depth?: number }): unknown;
}

declare module "jsdom" {
  export class JSDOM {
    constructor(html: string, options?: { url?: string; pretendToBeVisual?: boolean });
    readonly window: Window & typeof globalThis;
  }
}

declare module "node:stream" {
  export type Readable = never;
  export type Writable = never;
}

declare module "node:net" {
  interface Socket extends AsyncIterable<Uint8Array> {
    write(data: string): void;
    setTimeout(milliseconds: number, listener: () => void): void;
    destroy(): void;
  }
  export function connect(port: number, host: string): Socket;
}
