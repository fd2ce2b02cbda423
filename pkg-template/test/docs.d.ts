// What the documentation's examples take for granted: the client of the first page, and functions of the reader's own.
import type { App, MapSlice, ObjectSlice, SetSlice, TokenResponse } from "holdall";

declare global {
  interface Line {
    title: string;
    price: number;
    qty: number;
  }
  interface Filters {
    inStock: boolean;
  }
  const app: App<{
    cart: MapSlice<Line>;
    saved: MapSlice<Line>;
    filters: ObjectSlice<{ inStock: boolean; text?: string; tags?: string[] }>;
    blocked: SetSlice<string>;
  }>;
  const tokenResponse: TokenResponse;
  const hydrating: boolean;
  const username: string;
  const password: string;
  const token: string;
  const sharedComputer: { checked: boolean };
  const rootReducer: (state: object) => object;
  function draw(...what: unknown[]): void;
  function drawLine(sku: string): void;
  function drawTotal(total: number): void;
  function find(blocked: readonly string[], filters: object): object[];
  function messagesWithout(senders: readonly string[]): object[];
  function order(cart: unknown): object;
  function renewed(): Promise<object>;
  function showOrder(order: unknown): void;
  function showSignIn(): void;
  function test(name: string, body: () => void | Promise<void>): void;
  function expect<T>(value: T): { toBe(other: T): void };
}
